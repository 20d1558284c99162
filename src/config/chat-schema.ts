import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import { locales } from '../core/locale.ts';
import { sentence } from '../core/sentence.ts';
import * as kind from './kinds.ts';

// What the configuration and its places can set of how the bot behaves in a chat: when it answers,
// in which form, and how often. Presets have no say in it.

const trigger = {
  mention: kind.yesNo().default(true).describe('Whether it answers messages that mention it or reply to it.'),
  direct: kind.yesNo().default(true).describe('Whether it answers direct messages.'),
  ownThreads: kind.yesNo().default(true).describe('Whether it answers everything in threads that it opened itself.'),
  always: kind.yesNo().default(false).describe('Whether it answers every message of a human.'),
  words: z
    .array(kind.text('a word of 1 to 64 characters', 64))
    .max(32)
    .readonly()
    .meta({ expected: sentence('listOfWords', { max: 32 }) })
    .default([])
    .describe('Words that wake it wherever they stand in a message, such as its name. Capitals make no difference.'),
  chance: kind
    .number(0, 1)
    .default(0)
    .describe('How likely it is that it answers a message that nobody addressed to it. 0 is off.'),
  chanceCooldownSeconds: kind
    .whole(0, 604_800)
    .default(300)
    .describe('Seconds after an answer of its own in which it stays out of what is not addressed to it.'),
  bots: kind.yesNo().default(false).describe('Whether other bots get answers. A chain of bots is cut after a few turns.'),
};

const reply = {
  style: kind
    .choice(['reply', 'plain', 'thread'])
    .default('reply')
    .describe('How an answer appears: as a reply to the message, as a plain message, or in a thread of its own.'),
  voice: kind
    .choice(['bot', 'persona'])
    .default('bot')
    .describe(
      'As whom it answers in servers on Discord: as itself, or under the name and with the picture of the persona that answers, as the members of a scene always do. `persona` needs the permission Manage Webhooks; such answers can not refer to the message that they answer.',
    ),
  streaming: kind.yesNo().default(true).describe('Whether an answer is shown while it is being written.'),
  longAnswers: kind
    .choice(['split', 'file'])
    .default('split')
    .describe('What becomes of an answer that needs more than five messages: all of these messages, or one with a file.'),
  linkPreviews: kind.yesNo().default(false).describe('Whether links in an answer get a preview below it.'),
  buttons: kind
    .yesNo()
    .default(true)
    .describe('Whether the newest answer of a channel carries buttons: other versions of it, once more, go on, stop.'),
};

const recall = {
  mode: kind
    .choice(['off', 'words'])
    .default('off')
    .describe(
      'Whether older messages of the same conversation that no longer fit into the prompt come back into it where they have to do with what is being said. `words` finds them by the words they share with it.',
    ),
  countMax: kind.whole(1, bounds.recall.countMax).default(3).describe('How many messages come back at most.'),
  scoreMin: kind.number(0, 1).default(0.25).describe('How well a message has to fit. 1 is one that says all that was asked for.'),
  tokensMax: kind
    .whole(16, 100_000)
    .default(300)
    .describe('Tokens that they may take together; never more than a quarter of the prompt.'),
  queryMessages: kind.whole(1, 10).default(2).describe('How many of the last messages they have to fit. The newest counts most.'),
  depth: kind
    .either(['system'], kind.whole(0, 1000))
    .default(1)
    .describe(
      'How many messages before the end of the prompt they stand: 1 is right before the question. `system` puts them behind the summary, as SillyTavern does; then the model reads the whole prompt anew whenever other messages come back.',
    ),
};

const quota = {
  perUserPerHour: kind.whole(0, 100_000).default(0).describe('Answers that one person gets in an hour. 0 is no limit.'),
  perServerPerHour: kind.whole(0, 1_000_000).default(0).describe('Answers that one server gets in an hour. 0 is no limit.'),
};

const single = {
  language: kind
    .choice(['auto', ...locales])
    .default('auto')
    .describe(
      'The language of what the bot says by itself in a channel: errors, refusals, places in the queue. `auto` is the one that the Discord server names in its community settings, or else English. Commands answer in the language of whoever calls them, and answers are written in the one that the model chooses.',
    ),
  timeZone: kind
    .either(['auto'], kind.timeZone())
    .default('auto')
    .describe(
      'The time zone of `{{time}}`, `{{date}}` and the like in texts of personas and lore, by its IANA name, such as `Europe/Vienna`. `auto` is that of the machine.',
    ),
  historyTurnsMax: kind
    .either(['all'], kind.whole(0, 1_000_000))
    .default('all')
    .describe('How many earlier messages the model sees at most. `all` is as many as fit.'),
  adultPersonas: kind
    .choice(['age-restricted', 'everywhere', 'never'])
    .default('age-restricted')
    .describe(
      'Where personas with the tag `nsfw` may answer: in age-restricted channels and direct messages, everywhere, or nowhere.',
    ),
  personaChoice: kind
    .choice(['everyone', 'moderators'])
    .default('everyone')
    .describe(
      "Who may choose the persona that answers in a server's channel, with `/persona use` and `/persona clear`. In threads that the bot opened, in direct messages and in the terminal everybody may.",
    ),
};

const about = {
  trigger: 'When it answers.',
  reply: 'In which form it answers.',
  recall: 'What it remembers of a long conversation besides the summary.',
  quota: 'How often it answers. The hour is a sliding one.',
};

export const chatSettings = () => ({
  ...single,
  trigger: kind.group(about.trigger, trigger),
  reply: kind.group(about.reply, reply),
  recall: kind.group(about.recall, recall),
  quota: kind.group(about.quota, quota),
});

/** The same without defaults: what somebody wrote, and nothing else. */
export const writtenChat = () => ({
  ...kind.written(single),
  trigger: kind.group(about.trigger, kind.written(trigger)),
  reply: kind.group(about.reply, kind.written(reply)),
  recall: kind.group(about.recall, kind.written(recall)),
  quota: kind.group(about.quota, kind.written(quota)),
});

const chat = z.object(chatSettings());
const written = z.object(writtenChat());
export type ChatSettings = z.output<typeof chat>;
export type WrittenChat = z.output<typeof written>;
