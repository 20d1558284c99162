import { bounds } from '../core/bounds.ts';
import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { requireManager } from './roleplay-manager.ts';
import { changeScene, type SceneServices, sceneHere } from './scene-parts.ts';

export const speakingModes = ['natural', 'list', 'manual'] as const;
const cardModes = ['swap', 'join', 'join-all'] as const;
const { autoScene } = bounds;

/** `/scene mode|cards|scenario|auto`: how the members take turns, and what they know. */
export const createSceneSettingCommands = ({ memory }: Pick<SceneServices, 'memory'>): readonly Command[] => [
  defineCommand({
    name: 'mode',
    description: 'Choose who answers: who is named or feels like it, all in order, or only who is asked',
    options: [{ name: 'mode', description: 'natural, list or manual', kind: 'choice', values: speakingModes, isRequired: true }],
    rank: 'everyone',
    run: async (context, { mode }) => {
      requireManager(context, 'scene mode');
      const scene = await sceneHere(memory, context);
      const speaking = speakingModes.find((each) => each === mode) ?? scene.speaking;
      await changeScene(memory, context.conversation, scene, { speaking });
      return { text: say(context.locale, 'sceneHow', { mode: speaking, cards: scene.cards }), isPrivate: false };
    },
  }),
  defineCommand({
    name: 'cards',
    description: 'Choose whose descriptions the model reads: the speaker’s, everybody’s, also the muted ones’',
    options: [{ name: 'cards', description: 'swap, join or join-all', kind: 'choice', values: cardModes, isRequired: true }],
    rank: 'everyone',
    run: async (context, { cards: asked }) => {
      requireManager(context, 'scene cards');
      const scene = await sceneHere(memory, context);
      const cards = cardModes.find((each) => each === asked) ?? scene.cards;
      await changeScene(memory, context.conversation, scene, { cards });
      return { text: say(context.locale, 'sceneHow', { mode: scene.speaking, cards }), isPrivate: false };
    },
  }),
  defineCommand({
    name: 'scenario',
    description: 'Say where the scene takes place, for all members',
    options: [
      {
        name: 'text',
        description: 'The scenario; without it, each has its own again',
        max: bounds.conversationTextCharactersMax,
      },
    ],
    rank: 'everyone',
    run: async (context, { text }) => {
      requireManager(context, 'scene scenario');
      const scene = await sceneHere(memory, context);
      await changeScene(memory, context.conversation, scene, { scenario: text?.trim() });
      return { text: say(context.locale, text === undefined ? 'scenarioCleared' : 'scenarioSet'), isPrivate: false };
    },
  }),
  defineCommand({
    name: 'auto',
    description: 'Let the members go on by themselves after their answers, until somebody says something',
    options: [
      {
        name: 'turns',
        description: 'How many turns at most; 0 is off',
        kind: 'integer',
        min: 0,
        max: autoScene.turnsMaxMax,
      },
      {
        name: 'pause',
        description: 'Seconds before each',
        kind: 'integer',
        min: autoScene.pauseMsMin / 1000,
        max: autoScene.pauseMsMax / 1000,
      },
    ],
    rank: 'everyone',
    run: async (context, { turns, pause }) => {
      requireManager(context, 'scene auto');
      const { locale, conversation } = context;
      const scene = await sceneHere(memory, context);
      const turnsMax = turns ?? scene.auto?.turnsMax ?? autoScene.turnsMax;
      const pauseMs = pause === undefined ? (scene.auto?.pauseMs ?? autoScene.pauseMs) : pause * 1000;
      await changeScene(memory, conversation, scene, { auto: turnsMax === 0 ? undefined : { turnsMax, pauseMs } });
      const text =
        turnsMax === 0 ? say(locale, 'sceneAutoOff') : say(locale, 'sceneAutoOn', { turns: turnsMax, seconds: pauseMs / 1000 });
      return { text, isPrivate: false };
    },
  }),
];
