import { z } from 'zod';
import { answerSettings, channels, personaId, presetId, samplingSettings, servers, writtenSettings } from './answer-schema.ts';
import { chatSettings, writtenChat } from './chat-schema.ts';
import * as kind from './kinds.ts';

const folder = () => kind.text('a folder');
const model = () => kind.text('`auto`, the name of a file in the models folder, or a path');
const webUrl = () => z.url({ protocol: /^https?$/ }).meta({ expected: 'a URL that begins with http:// or https://' });
const cacheType = () => kind.choice(['f16', 'q8_0', 'q4_0']).default('f16');
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
  preset: presetId()
    .default('auto')
    .describe(
      'A file in config/models/ with the template, sampling and context that a model was made for. `auto` finds the one for the loaded model; `none` uses none.',
    ),
  persona: personaId().default('helper').describe('Who answers where nobody chose another persona with `/persona`.'),
  template: kind
    .template()
    .default('auto')
    .describe(
      "The form in which the prompt is written. `auto` is the preset's, or the model's own chat template where it has one. `native:` chooses one of several in the model's file by its name.",
    ),

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
      .either(['auto'], kind.whole(64))
      .default('auto')
      .describe(
        "Tokens the model sees at once, prompt and answer together, in each slot. More needs more memory. `auto` is the preset's, or else 4096.",
      ),
    batchTokens: kind
      .either(['auto'], kind.whole(1))
      .default('auto')
      .describe(
        'Tokens of a prompt that are read in one step. More is faster on a GPU and needs more memory. `auto` is 512 on a processor; on a GPU 2048, or less where the memory is short.',
      ),
    threads: kind
      .either(['auto'], kind.whole(1))
      .default('auto')
      .describe('Processor threads that compute. `auto` leaves one core free, without which they stall one another.'),
    flashAttention: kind
      .either(['auto'], kind.yesNo())
      .default('auto')
      .describe('Attention that needs less memory for long contexts. `auto` lets the engine decide.'),
    slots: kind
      .either(['auto'], kind.whole(1, 64))
      .default('auto')
      .describe(
        'Conversations that are answered at the same time. Each has a context of its own in memory. `auto` is as many as fit beside the model: at most 8 where all of it is on a GPU, else 2 to 4, one for every four cores.',
      ),
    keyCacheType: cacheType().describe(
      'How what the model has read is held in memory, the keys of it. `q8_0` takes half of `f16`, `q4_0` a quarter, and is less exact.',
    ),
    valueCacheType: cacheType().describe('The same for the values. Anything but `f16` needs flash attention.'),
    stateMegabytes: kind
      .whole(0, 10_000_000)
      .default(4096)
      .describe(
        'Disk space in `cache/` of the data folder for what was read of conversations that have no slot, so that it need not be read again, also after a restart. 0 keeps nothing.',
      ),
    speculation: kind
      .choice(['off', 'prompt-lookup', 'draft'])
      .default('off')
      .describe(
        '`prompt-lookup` guesses that what stood in the conversation before comes again and checks several tokens at once. The answers stay the same; it helps on graphics cards, and with texts that repeat much. `draft` has a small model guess (`draftModel`). `npm run paddock -- bench` says whether either helps here.',
      ),
    draftModel: kind
      .text('`none`, the name of a file in the models folder, or a path')
      .default('none')
      .describe('The small model for `speculation: draft`: of the same family, with the same vocabulary. `none` is none.'),
    prefillTokensPerMinute: kind
      .whole(0, 10_000_000)
      .default(20_000)
      .describe(
        'Tokens that may be read ahead in a minute while nobody waits for an answer, so that the next one begins sooner. 0 is off.',
      ),
  }),

  sampling: samplingSettings(),
  answer: answerSettings(),

  ...chatSettings(),

  servers: servers().describe(
    'What is different in single servers, by their ids: `preset`, `persona`, `template`, and any of `sampling`, `answer`, `language`, `timeZone`, `historyTurnsMax`, `adultPersonas`, `trigger`, `reply`, `recall` and `quota`; under `channels` the same for channels.',
  ),
  channels: channels().describe(
    'The same for single channels, threads or categories, by their ids. The nearest to where somebody writes wins.',
  ),

  memory: kind.group('What is remembered, and where.', {
    store: z
      .string()
      .regex(/^(?:sqlite|sqlite:\/\/.+|memory:\/\/.*)$/s)
      .meta({ expected: '`sqlite`, sqlite:// with the path of a file, or memory://' })
      .default('sqlite')
      .describe('`sqlite` is the file `paddock.db` in the data folder. `memory://` keeps nothing after the end.'),
    listen: kind
      .choice(['channel', 'addressed'])
      .default('channel')
      .describe(
        '`channel` remembers all that is said in channels where somebody has spoken to the bot, `addressed` only what is said to it.',
      ),
    historyOnFirstUse: kind
      .whole(0, 100)
      .default(20)
      .describe(
        'Messages from before the first question in a Discord channel that the bot reads, so that it knows what is being talked about. 0 reads none.',
      ),
    summary: kind
      .choice(['auto', 'off'])
      .default('auto')
      .describe(
        '`auto` summarises what no longer fits into the prompt, while nobody waits for an answer; never with the demo model, which has nothing to say about it. `off` only when somebody asks for it with `/summary make`.',
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
  .refine(({ answer, engine }) => engine.contextTokens === 'auto' || answer.tokensMax < engine.contextTokens, {
    path: ['answer', 'tokensMax'],
    error: 'must be less than engine.contextTokens, or nothing is left for the prompt',
    // Also when something else is wrong, so that all mistakes come at once.
    when: ({ value }) => kind.hasNumbers(value, ['answer', 'tokensMax'], ['engine', 'contextTokens']),
  })
  .refine(({ engine }) => engine.speculation !== 'draft' || engine.draftModel !== 'none', {
    path: ['engine', 'draftModel'],
    error: 'must name a model file where engine.speculation is draft',
  })
  .refine(({ engine }) => engine.valueCacheType === 'f16' || engine.flashAttention !== false, {
    path: ['engine', 'valueCacheType'],
    error: 'must be f16 where engine.flashAttention is false',
  });

/** What the file itself says of what presets or places decide too, whatever else is in it. */
export const writtenSchema = z.preprocess((value) => value ?? {}, z.object({ ...writtenSettings(), ...writtenChat() }));

/** The settings as the file has them, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
