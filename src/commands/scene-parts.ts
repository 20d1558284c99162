import type { CommandContext, CommandOption } from '../core/command.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import type { Scene, SceneMember } from '../core/scene.ts';
import { completions } from './completions.ts';
import { findPersona, namesHere, uniqueNames } from './find-persona.ts';
import { say } from './locale/index.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices, PersonaCatalogue } from './services.ts';

export type SceneServices = Pick<
  CommandServices,
  'memory' | 'personas' | 'personaAt' | 'engine' | 'stopAnswers' | 'roleplay' | 'quota' | 'settings'
>;

/** The scene of a conversation; throws where there is none. */
export const sceneHere = async (memory: Pick<Memory, 'settings'>, context: CommandContext): Promise<Scene> => {
  const { scene } = await memory.settings(context.conversation);
  if (scene === undefined) throw refusal('not-found', context, 'sceneNone', { command: shownPath('scene start', context) });
  return scene;
};

/** Changes the scene; a property given as undefined goes. */
export const changeScene = async (
  memory: Pick<Memory, 'configure'>,
  conversation: ConversationKey,
  scene: Scene,
  change: { readonly [Name in keyof Scene]?: Scene[Name] | undefined },
): Promise<void> => {
  const { members, speaking, cards, scenario, auto, narratorId } = { ...scene, ...change };
  await memory.configure(conversation, {
    scene: {
      members: members ?? scene.members,
      speaking: speaking ?? scene.speaking,
      cards: cards ?? scene.cards,
      ...(scenario !== undefined && { scenario }),
      ...(auto !== undefined && { auto }),
      ...(narratorId !== undefined && { narratorId }),
    },
  });
};

/** The member that is meant, by the persona's name or id; throws where it takes no part. */
export const memberOf = (
  scene: Scene,
  personas: PersonaCatalogue,
  asked: string,
  context: CommandContext,
): { readonly member: SceneMember; readonly name: string } => {
  // One whose persona is gone can still be named by its id.
  const gone = scene.members.find(({ personaId }) => personaId === asked && personas.get(asked) === undefined);
  if (gone) return { member: gone, name: asked };
  const { id, name } = findPersona(personas, asked, context);
  const member = scene.members.find(({ personaId }) => personaId === id);
  if (member === undefined) throw refusal('not-found', context, 'sceneNotIn', { name });
  return { member, name };
};

export const nameOf = (personas: PersonaCatalogue, id: string): string => personas.get(id)?.name ?? id;

/** An option that names one of all personas. */
export const personaOption = (personas: PersonaCatalogue, description: string) =>
  ({
    name: 'persona',
    description,
    isRequired: true,
    choices: async (context: CommandContext, typed: string) => completions(typed, namesHere(personas, context)),
  }) as const satisfies CommandOption;

/** An option that names one of the scene's members. */
export const memberOption = ({ memory, personas }: Pick<SceneServices, 'memory' | 'personas'>, description: string) =>
  ({
    name: 'persona',
    description,
    isRequired: true,
    choices: async ({ conversation }: CommandContext, typed: string) => {
      const { scene } = await memory.settings(conversation);
      const members = scene?.members.map(({ personaId }) => personas.get(personaId)).filter((each) => each !== undefined) ?? [];
      return completions(typed, uniqueNames(members satisfies readonly Persona[]));
    },
  }) as const satisfies CommandOption;

/** A scene for people: who takes part, and how they take turns. */
export const sceneText = (scene: Scene, { locale }: CommandContext, name: (id: string) => string): string => {
  const { members, speaking, cards, auto, narratorId, scenario } = scene;
  const lines = members.map(({ personaId, isMuted = false, joinedAfterId }) => {
    const marks = [isMuted && say(locale, 'sceneMutedMark'), joinedAfterId !== undefined && say(locale, 'sceneLateMark')];
    const shown = marks.filter((mark) => mark !== false).join(', ');
    return `- ${name(personaId)}${shown === '' ? '' : ` (${shown})`}`;
  });
  return [
    ...lines,
    say(locale, 'sceneHow', { mode: speaking, cards }),
    ...(auto === undefined ? [] : [say(locale, 'sceneAutoOn', { turns: auto.turnsMax, seconds: auto.pauseMs / 1000 })]),
    ...(narratorId === undefined ? [] : [say(locale, 'sceneNarrator', { name: name(narratorId) })]),
    ...(scenario === undefined ? [] : [`> ${scenario.replace(/\n/g, '\n> ')}`]),
  ].join('\n');
};
