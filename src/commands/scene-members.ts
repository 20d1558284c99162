import { bounds } from '../core/bounds.ts';
import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { counted, revisePlace } from './meant-answer.ts';
import { refusal } from './refusal.ts';
import { requireManager } from './roleplay-manager.ts';
import { changeScene, memberOf, memberOption, personaOption, type SceneServices, sceneHere } from './scene-parts.ts';

/** `/scene add|remove|mute|unmute|speak|narrator`: who takes part. */
export const createSceneMemberCommands = (services: SceneServices): readonly Command[] => [
  addCommand(services),
  removeCommand(services),
  muteCommand(services, 'mute', 'Let a member speak only when somebody asks for it', true),
  muteCommand(services, 'unmute', 'Let a muted member speak again', false),
  speakCommand(services),
  narratorCommand(services),
];

const addCommand = ({ memory, personas }: SceneServices): Command =>
  defineCommand({
    name: 'add',
    description: 'Let another persona join; it does not know what was said before, unless you say so',
    options: [
      { ...personaOption(personas, 'Who joins'), takesLine: true },
      { name: 'knows_all', description: 'Whether it knows what was said before it came', kind: 'boolean' },
    ],
    rank: 'everyone',
    run: async (context, { persona, knows_all: knowsAll = false }) => {
      requireManager(context, 'scene add');
      const { conversation, locale } = context;
      const scene = await sceneHere(memory, context);
      const { id, name } = findPersona(personas, persona, context);
      if (scene.members.some(({ personaId }) => personaId === id)) throw refusal('bad-input', context, 'sceneAlready', { name });
      const { membersMax } = bounds.scene;
      if (scene.members.length >= membersMax) throw refusal('bad-input', context, 'sceneCount', { max: membersMax });
      const [newest] = knowsAll ? [] : await memory.turns(conversation, { newest: 1 });
      const member = { personaId: id, ...(newest && { joinedAfterId: newest.id }) };
      await changeScene(memory, conversation, scene, { members: [...scene.members, member] });
      return { text: say(locale, 'sceneAdded', { name }), isPrivate: false };
    },
  });

const removeCommand = (services: SceneServices): Command =>
  defineCommand({
    name: 'remove',
    description: 'Let a persona leave the scene',
    options: [memberOption(services, 'Who leaves')],
    rank: 'everyone',
    run: async (context, { persona }) => {
      requireManager(context, 'scene remove');
      const { memory, engine } = services;
      const { conversation, locale } = context;
      const scene = await sceneHere(memory, context);
      const { member, name } = memberOf(scene, services.personas, persona, context);
      const members = scene.members.filter((each) => each !== member);
      if (members.length === 0) throw refusal('bad-input', context, 'sceneLast', { name });
      await changeScene(memory, conversation, scene, { members });
      await engine.forget(`${conversation}#${member.personaId}`);
      return { text: say(locale, 'sceneRemoved', { name }), isPrivate: false };
    },
  });

const muteCommand = (services: SceneServices, command: 'mute' | 'unmute', description: string, isMuted: boolean): Command =>
  defineCommand({
    name: command,
    description,
    options: [memberOption(services, 'Who it is about')],
    rank: 'everyone',
    run: async (context, { persona }) => {
      requireManager(context, `scene ${command}`);
      const { memory, personas } = services;
      const scene = await sceneHere(memory, context);
      const { member, name } = memberOf(scene, personas, persona, context);
      const { isMuted: _before, ...rest } = member;
      const changed = isMuted ? { ...rest, isMuted } : rest;
      const members = scene.members.map((each) => (each === member ? changed : each));
      await changeScene(memory, context.conversation, scene, { members });
      return { text: say(context.locale, isMuted ? 'sceneMuted' : 'sceneUnmuted', { name }), isPrivate: false };
    },
  });

const speakCommand = (services: SceneServices): Command =>
  defineCommand({
    name: 'speak',
    description: 'Let a member say something now, muted or not',
    options: [memberOption(services, 'Who speaks')],
    rank: 'everyone',
    run: async (context, { persona }) => {
      const scene = await sceneHere(services.memory, context);
      const { member } = memberOf(scene, services.personas, persona, context);
      const spoken = await counted(services, context, () => services.roleplay.speak(revisePlace(context), member.personaId));
      return { text: say(context.locale, spoken ? 'done' : 'nothingCame'), isPrivate: true };
    },
  });

const narratorCommand = (services: SceneServices): Command =>
  defineCommand({
    name: 'narrator',
    description: 'Let the narrator tell what happens, or say who it is',
    options: [
      {
        ...personaOption(services.personas, 'Who narrates from now on; `none` takes the narrator away'),
        isRequired: false,
      },
    ],
    rank: 'everyone',
    run: async (context, { persona }) => {
      const { memory, personas } = services;
      const { conversation, locale } = context;
      const scene = await sceneHere(memory, context);
      if (persona === undefined) {
        const { narratorId } = scene;
        if (narratorId === undefined) throw refusal('not-found', context, 'sceneNoNarrator');
        const spoken = await counted(services, context, () => services.roleplay.speak(revisePlace(context), narratorId));
        return { text: say(locale, spoken ? 'done' : 'nothingCame'), isPrivate: true };
      }
      requireManager(context, 'scene narrator');
      const found = persona.toLowerCase() === 'none' ? undefined : findPersona(personas, persona, context);
      await changeScene(memory, conversation, scene, { narratorId: found?.id });
      const text = found ? say(locale, 'sceneNarrator', { name: found.name }) : say(locale, 'sceneNoNarrator');
      return { text, isPrivate: false };
    },
  });
