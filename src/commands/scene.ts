import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import type { Scene } from '../core/scene.ts';
import { affinitiesOf } from '../turn/affinity.ts';
import { defineCommand } from './define-command.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { revisePlace } from './meant-answer.ts';
import { refusal, shownPath } from './refusal.ts';
import { requireManager } from './roleplay-manager.ts';
import { createSceneMemberCommands } from './scene-members.ts';
import { nameOf, type SceneServices, sceneHere, sceneText } from './scene-parts.ts';
import { createSceneSettingCommands, speakingModes } from './scene-settings.ts';

/** `/scene`: several personas in one conversation, and how they take turns. */
export const createSceneCommand = (services: SceneServices): Command => ({
  name: 'scene',
  description: 'Let several personas talk here together',
  short: { alone: 'show' },
  subcommands: [
    startCommand(services),
    endCommand(services),
    showCommand(services),
    ...createSceneMemberCommands(services),
    ...createSceneSettingCommands(services),
  ],
});

const startCommand = (services: SceneServices): Command =>
  defineCommand({
    name: 'start',
    description: 'Begin a scene: these personas take turns here from now on',
    options: [
      { name: 'personas', description: 'Their names, with commas between them', isRequired: true, takesLine: true },
      { name: 'mode', description: 'Who answers: natural without it', kind: 'choice', values: speakingModes },
    ],
    rank: 'everyone',
    run: async (context, { personas, mode }): Promise<CommandReply> => {
      requireManager(context, 'scene start');
      const { memory, engine, roleplay } = services;
      const { conversation, user, locale } = context;
      const asked = personas.split(/[,;\n]/).map((name) => name.trim());
      const found = asked.filter((name) => name !== '').map((name) => findPersona(services.personas, name, context));
      const members = [...new Map(found.map((persona) => [persona.id, persona])).values()];
      const { membersMax } = bounds.scene;
      if (members.length === 0 || members.length > membersMax)
        throw refusal('bad-input', context, 'sceneCount', { max: membersMax });
      await services.stopAnswers(conversation);
      const before = await memory.settings(conversation);
      const scene: Scene = {
        members: members.map(({ id }) => ({ personaId: id })),
        speaking: speakingModes.find((each) => each === mode) ?? 'natural',
        cards: 'swap',
      };
      await memory.configure(conversation, { scene });
      for (const affinity of affinitiesOf(conversation, before)) await engine.forget(affinity);
      await roleplay.greet(revisePlace(context), members, { userName: user.name, isInScene: true });
      const names = members.map(({ name }) => name).join(', ');
      return { text: say(locale, 'sceneStarted', { names }), isPrivate: false };
    },
  });

const endCommand = ({ memory, engine, stopAnswers, ...services }: SceneServices): Command =>
  defineCommand({
    name: 'end',
    description: 'End the scene; one persona answers here again',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      requireManager(context, 'scene end');
      const { conversation, locale, place } = context;
      await sceneHere(memory, context);
      await stopAnswers(conversation);
      const before = await memory.settings(conversation);
      await memory.configure(conversation, { scene: undefined });
      for (const affinity of affinitiesOf(conversation, before)) await engine.forget(affinity);
      const { name } = await services.personaAt(place, await memory.settings(conversation));
      return { text: say(locale, 'sceneEnded', { name }), isPrivate: false };
    },
  });

const showCommand = ({ memory, personas }: SceneServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show who takes part in the scene here, and how they take turns',
    options: [],
    rank: 'everyone',
    run: async (context: CommandContext) => {
      const { scene } = await memory.settings(context.conversation);
      const text =
        scene === undefined
          ? say(context.locale, 'sceneNone', { command: shownPath('scene start', context) })
          : sceneText(scene, context, (id) => nameOf(personas, id));
      return { text, isPrivate: true };
    },
  });
