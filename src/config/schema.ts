import { z } from 'zod';
import * as kind from './kinds.ts';

const folder = () => kind.text('a folder');
const model = () => kind.text('`auto`, the name of a file in the models folder, or a path');
const webUrl = () => z.url({ protocol: /^https?$/ }).meta({ expected: 'a URL that begins with http:// or https://' });
const logLevel = () => kind.choice(['debug', 'info', 'warn', 'error', 'silent']);

/** The variables of the environment that override settings of the file. */
export const environmentSchema = z.object({
  PADDOCK_DATA: folder().optional(),
  PADDOCK_MODEL: model().optional(),
  PADDOCK_LOG_LEVEL: logLevel().optional(),
  DISCORD_API_URL: webUrl().optional(),
});

/**
 * Every setting of config/paddock.yaml: its form, default and meaning. docs/configuration.md is
 * generated from this, and a test holds the file to the same names and defaults.
 */
const settings = {
  data: folder()
    .default('./data')
    .describe('The folder for everything the bot keeps: its memory, and model files in `models/` within.')
    .meta({ environment: 'PADDOCK_DATA' }),
  persona: kind
    .id('the name of a file in personas/, in lower case and without its extension')
    .default('helper')
    .describe('Who answers where nobody chose another persona with `/persona`.'),
  template: kind
    .id('`auto` or the name of a template')
    .default('auto')
    .describe("The form in which the prompt is written. `auto` uses the model's own chat template where it has one."),

  engine: kind.group('The language model, and the machine it runs on.', {
    model: model()
      .default('auto')
      .describe('The GGUF file. `auto` takes the first one in `models/` of the data folder, or else the built-in demo model.')
      .meta({ environment: 'PADDOCK_MODEL' }),
    gpuLayers: kind
      .either(['auto', 'max'], kind.whole(0))
      .default('auto')
      .describe('Layers of the model on the GPU: as many as fit, all, or a number. 0 computes on the processor alone.'),
    contextTokens: kind
      .whole(64)
      .default(4096)
      .describe('Tokens the model sees at once, prompt and answer together, in each slot. More needs more memory.'),
    batchTokens: kind
      .whole(1)
      .default(512)
      .describe('Tokens of a prompt that are read in one step. More is faster on a GPU and needs more memory.'),
    threads: kind
      .either(['auto'], kind.whole(1))
      .default('auto')
      .describe('Processor threads that compute. `auto` leaves one core free, without which they stall one another.'),
    flashAttention: kind
      .either(['auto'], z.boolean().meta({ expected: 'true or false' }))
      .default('auto')
      .describe('Attention that needs less memory for long contexts. `auto` lets the engine decide.'),
    slots: kind
      .whole(1, 64)
      .default(2)
      .describe('Conversations that are answered at the same time. Each has a context of its own in memory.'),
  }),

  sampling: kind.group("How the next token is chosen. The names are llama.cpp's.", {
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
    dry: kind.group('DRY, "don\'t repeat yourself": a penalty on repeating whole sequences of tokens.', {
      strength: kind.number(0, 10).default(0).describe('How much a repeated sequence costs. 0 is off; 0.8 is a good value.'),
      base: kind.number(1, 10).default(1.75).describe('How fast the penalty grows with the length of the sequence.'),
      allowedLength: kind.whole(1).default(2).describe('Sequences up to this many tokens may be repeated freely.'),
      window: kind
        .either(['all'], kind.whole(0))
        .default('all')
        .describe('How many of the last tokens are searched for repetitions. `all` is the whole context; 0 is off.'),
    }),
    xtc: kind.group('XTC, "exclude top choices": now and then leaves out the most obvious tokens.', {
      probability: kind.number(0, 1).default(0).describe('How often it does so. 0 is off; 0.5 is a good value.'),
      threshold: kind.number(0, 1).default(0.1).describe('The probability from which on a token counts as obvious.'),
    }),
    seed: kind
      .either(['random'], kind.whole(0, 4_294_967_295))
      .default('random')
      .describe('A number makes the same prompt give the same answer every time.'),
  }),

  answer: kind.group('What an answer may be.', {
    tokensMax: kind
      .whole(1)
      .default(512)
      .describe('The longest answer, in tokens. They are reserved from `engine.contextTokens`.'),
    stopStrings: z
      .array(kind.text('a text of 1 to 200 characters', 200))
      .max(16)
      .meta({ expected: 'a list of at most 16 texts' })
      .default([])
      .describe("Texts that end an answer and are not part of it, besides the template's own."),
    reasoning: kind
      .choice(['hide', 'show'])
      .default('hide')
      .describe('Whether the thoughts of reasoning models are shown. They are never remembered.'),
  }),

  memory: kind.group('What is remembered, and where.', {
    store: z
      .union([z.literal('sqlite'), z.string().regex(/^[a-z][a-z0-9+.-]*:\/\/.*$/)])
      .meta({ expected: '`sqlite` or a URI such as memory://' })
      .default('sqlite')
      .describe('`sqlite` is the file `paddock.db` in the data folder. `memory://` keeps nothing after the end.'),
    listen: kind
      .choice(['channel', 'addressed'])
      .default('channel')
      .describe(
        '`channel` remembers all that is said in channels where somebody has spoken to the bot, `addressed` only what is said to it.',
      ),
  }),

  queue: kind.group('How many may wait for an answer. Whoever comes too late is told so at once.', {
    total: kind.whole(1, 10_000).default(64).describe('Requests in all.'),
    perConversation: kind.whole(1, 10_000).default(8).describe('Requests in one channel.'),
    perUser: kind.whole(1, 10_000).default(3).describe('Requests of one person.'),
  }),

  discord: kind.group('Discord. It is served when there is a `DISCORD_TOKEN` in the environment or in `.env`.', {
    apiUrl: webUrl()
      .default('https://discord.com/api')
      .describe("Where Discord's REST interface is. Only for those who use a proxy for it.")
      .meta({ environment: 'DISCORD_API_URL' }),
    answerBots: kind.yesNo().default(false).describe('Whether other bots get answers. A chain of bots is cut after a few turns.'),
    editIntervalMs: kind
      .whole(1000, 60_000)
      .default(1000)
      .describe('Milliseconds between two updates of an answer that is being written.'),
  }),

  log: kind.group('What is written to standard error.', {
    level: logLevel()
      .default('info')
      .describe('The least important kind that is written. Only `debug` writes what people say.')
      .meta({ environment: 'PADDOCK_LOG_LEVEL' }),
    format: kind
      .choice(['auto', 'pretty', 'json'])
      .default('auto')
      .describe('`auto` is `pretty` in a terminal and `json` elsewhere.'),
  }),
};

/** The whole file; parsing `null` (an empty file) gives the defaults. */
export const settingsSchema = kind
  .group('Every setting.', settings)
  .refine(({ answer, engine }) => answer.tokensMax < engine.contextTokens, {
    path: ['answer', 'tokensMax'],
    error: 'must be less than engine.contextTokens, or nothing is left for the prompt',
    // Also when something else is wrong, so that all mistakes come at once.
    when: ({ value }) => kind.hasNumbers(value, ['answer', 'tokensMax'], ['engine', 'contextTokens']),
  });

/** The settings as the file has them, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
