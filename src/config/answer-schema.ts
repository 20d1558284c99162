import { z } from 'zod';
import { type SentenceValue, sentence } from '../core/sentence.ts';
import { writtenChat } from './chat-schema.ts';
import * as kind from './kinds.ts';

// What presets, the configuration and its places can all set. Each setting has its built-in
// default; `written` gives the same without, for what somebody wrote and nothing else.

const dry = {
  strength: kind.number(0, 10).default(0).describe('How much a repeated sequence costs. 0 is off; 0.8 is a good value.'),
  base: kind.number(1, 10).default(1.75).describe('How fast the penalty grows with the length of the sequence.'),
  allowedLength: kind.whole(1).default(2).describe('Sequences up to this many tokens may be repeated freely.'),
  window: kind
    .either(['all'], kind.whole(0))
    .default('all')
    .describe('How many of the last tokens are searched for repetitions. `all` is the whole context; 0 is off.'),
};

const xtc = {
  probability: kind.number(0, 1).default(0).describe('How often it does so. 0 is off; 0.5 is a good value.'),
  threshold: kind.number(0, 1).default(0.1).describe('The probability from which on a token counts as obvious.'),
};

const sampling = {
  temperature: kind.number(0, 5).default(0.8).describe('Randomness. 0 always takes the likeliest token.'),
  topK: kind.whole(0).default(40).describe('Only this many of the likeliest tokens. 0 is off.'),
  topP: kind.number(0, 1).default(0.95).describe('Only the likeliest tokens that together reach this probability. 1 is off.'),
  minP: kind
    .number(0, 1)
    .default(0.05)
    .describe("Only tokens with at least this share of the likeliest one's probability. 0 is off."),
  repeatPenalty: kind.number(0.1, 10).default(1.1).describe('Makes tokens of the last `repeatWindow` less likely. 1 is off.'),
  repeatWindow: kind.whole(0).default(64).describe('How many of the last tokens the three penalties look at. 0 is off.'),
  presencePenalty: kind
    .number(-2, 2)
    .default(0)
    .describe('Taken off the score of every token that is in the window already. 0 is off.'),
  frequencyPenalty: kind
    .number(-2, 2)
    .default(0)
    .describe('Taken off the score of a token for every time it is in the window. 0 is off.'),
  seed: kind
    .either(['random'], kind.whole(0, 4_294_967_295))
    .default('random')
    .describe('A number makes the same prompt give the same answer every time.'),
};

const answer = {
  tokensMax: kind
    .whole(1)
    .default(512)
    .describe('The longest answer, in tokens. They are reserved from `engine.contextTokens`, never more than half of it.'),
  stopStrings: z
    .array(kind.text('a text of 1 to 200 characters', 200))
    .max(16)
    .readonly()
    .meta({ expected: sentence('listOfTexts', { max: 16 }) })
    .default([])
    .describe("Texts that end an answer and are not part of it, besides the template's and the preset's own."),
  reasoning: kind
    .choice(['hide', 'spoiler', 'show'])
    .default('hide')
    .describe(
      'What becomes of the thoughts of reasoning models: hidden, shown behind a spoiler, or shown. They are never remembered.',
    ),
};

const about = {
  sampling: "How the next token is chosen. The names are llama.cpp's.",
  dry: 'DRY, "don\'t repeat yourself": a penalty on repeating whole sequences of tokens.',
  xtc: 'XTC, "exclude top choices": now and then leaves out the most obvious tokens.',
  answer: 'What an answer may be.',
};

export const samplingSettings = () =>
  kind.group(about.sampling, { ...sampling, dry: kind.group(about.dry, dry), xtc: kind.group(about.xtc, xtc) });
export const answerSettings = () => kind.group(about.answer, answer);

const writtenSampling = () =>
  kind.group(about.sampling, {
    ...kind.written(sampling),
    dry: kind.group(about.dry, kind.written(dry)),
    xtc: kind.group(about.xtc, kind.written(xtc)),
  });
const writtenAnswer = () => kind.group(about.answer, kind.written(answer));

/** What a file says of sampling and answers, and nothing that it does not say. */
export const writtenSettings = () => ({ sampling: writtenSampling(), answer: writtenAnswer() });

export const personaId = () => kind.id(sentence('personaNameForm'));
/** Unlike other names with dots, which the versions of models have. */
export const presetName = (expected: SentenceValue) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    .meta({ expected });
export const presetId = () => presetName(sentence('presetNameForm'));

/** Everything that a server or channel can have of its own. */
export const placeSettings = () => ({
  preset: presetId().optional(),
  persona: personaId().optional(),
  template: kind.template().optional(),
  ...writtenSettings(),
  ...writtenChat(),
});

const placeId = () =>
  z
    .string()
    .regex(/^[\w:-]{1,64}$/)
    .meta({ expected: 'the id of a server or channel' });

/** Overrides of channels, by the ids of channels, threads or categories. */
export const channels = () => kind.named(placeId(), kind.group('What is different there.', placeSettings())).default({});

/** Overrides of servers, by their ids, each with those of its channels. */
export const servers = () =>
  kind.named(placeId(), kind.group('What is different there.', { ...placeSettings(), channels: channels() })).default({});

export type SamplingSettings = z.output<ReturnType<typeof samplingSettings>>;
export type WrittenSampling = z.output<ReturnType<typeof writtenSampling>>;
export type WrittenAnswer = z.output<ReturnType<typeof writtenAnswer>>;
export type WrittenServer = z.output<ReturnType<typeof servers>>[string];
export type WrittenPlace = z.output<ReturnType<typeof channels>>[string];
