// A conversation with a fact that has left the prompt.
import assert from 'node:assert/strict';
import type { RecallSettings } from '../../../src/core/settings.ts';
import { createRecall, type Recall } from '../../../src/recall/index.ts';
import type { PlaceServices } from '../../../src/turn/respond.ts';
import { type Bench, createBench } from './kit.ts';

const defaults: RecallSettings = { mode: 'words', countMax: 3, scoreMin: 0.25, tokensMax: 300, queryMessages: 2, depth: 1 };
export const heading = 'Past events, said earlier in this conversation:';
export const talk = (number: number): string =>
  `Where is it that you went for a walk on the day number ${number}, and what did you do there?`;

export const open = async (
  settings: Partial<RecallSettings> = {},
  options: Parameters<typeof createBench>[0] & { readonly place?: Partial<PlaceServices> } = {},
): Promise<Bench & { readonly recall: Recall }> => {
  let recall: Recall | undefined;
  const bench = await createBench({
    model: { contextTokens: 700 },
    answers: ['I did this and that.'],
    ...options,
    place: {
      recall: {
        find: (key, question) => recall?.find(key, question) ?? assert.fail(),
        settings: { ...defaults, ...settings },
      },
      ...options.place,
    },
  });
  recall = createRecall({ memory: bench.memory, mayUse: async () => true });
  return { ...bench, recall };
};

export const placeOf = (bench: Bench): Promise<PlaceServices> => {
  const { at }: { at(place: undefined): Promise<PlaceServices> } = bench.services;
  return at(undefined);
};

/** Says so much that what stood before has left the prompt. */
export const talkOn = async (bench: Bench, count = 30): Promise<void> => {
  for (let number = 0; number < count; number += 1) await bench.say(talk(number));
};

export const fact = 'My dog Biscuit is afraid of thunder.';
export const question = 'What is my dog Biscuit afraid of?';
