import type { Sampling } from './engine.ts';
import type { PromptLayout } from './layout.ts';
import type { Locale } from './locale.ts';

/** Where something is said, as settings see it: the widest place last. Empty in the terminal. */
export type Place = {
  /** Ids of the thread, its channel and its category, as far as there are such: the nearest first. */
  readonly channelIds: readonly string[];
  readonly serverId?: string;
  /** Whether it is a thread that the bot opened itself. [false] */
  readonly isOwnThread?: boolean;
  /** Whether only adults are let in; direct messages and the terminal count as such. [false] */
  readonly isAgeRestricted?: boolean;
  /** The language that people speak there, where the platform knows it. */
  readonly locale?: Locale;
};

/** When the bot answers in one place. */
export type TriggerSettings = {
  /** Messages that mention it or reply to it. */
  readonly mention: boolean;
  /** Direct messages. */
  readonly direct: boolean;
  /** Everything in threads that it opened. */
  readonly ownThreads: boolean;
  /** Everything that humans say. */
  readonly always: boolean;
  /** Words that wake it, wherever they stand. */
  readonly words: readonly string[];
  /** How likely an answer to something not addressed to it is, from 0 to 1. */
  readonly chance: number;
  /** Seconds after an answer in which `chance` is 0. */
  readonly chanceCooldownSeconds: number;
  /** Whether other bots get answers. */
  readonly bots: boolean;
};

/** In which form answers appear in one place. */
export type ReplySettings = {
  readonly style: 'reply' | 'plain' | 'thread';
  /** As whom the bot speaks outside of scenes: as itself, or in servers under the name of the persona that answers. */
  readonly voice: 'bot' | 'persona';
  /** Whether an answer is shown while it is being written. */
  readonly streaming: boolean;
  /** What becomes of an answer that needs more messages than `bounds.answerMessagesMax`. */
  readonly longAnswers: 'split' | 'file';
  /** Whether links in answers get a preview. */
  readonly linkPreviews: boolean;
  /** Whether the newest answer of a channel carries buttons: other versions, again, go on, stop. */
  readonly buttons: boolean;
  /** The language of what the bot itself says there. [English] */
  readonly language?: Locale;
};

/** Whether and how older messages that no longer stand in the prompt are brought back where they have to do with a question. */
export type RecallSettings = {
  /** `words` finds them by the words they have in common with what was said last. */
  readonly mode: 'off' | 'words';
  /** How many at most. */
  readonly countMax: number;
  /** How well they have to fit, from 0 to 1. */
  readonly scoreMin: number;
  /** Tokens of all of them together. */
  readonly tokensMax: number;
  /** By how many of the last messages they are looked for. */
  readonly queryMessages: number;
  /** How many messages before the prompt's end they stand; or `system`, behind the summary. */
  readonly depth: number | 'system';
};

/** How many answers an hour there may be; 0 is no limit. */
export type QuotaSettings = { readonly perUserPerHour: number; readonly perServerPerHour: number };

/** How answers are made in one place: what preset and configuration come to there. */
export type AnswerSettings = {
  /** Id of the preset, where one is chosen. */
  readonly preset?: string;
  /** The persona of conversations that chose none. */
  readonly personaId: string;
  /** `auto`, the id of a template, `native:<name>` for a named one of the model's own, or the absolute path of a Jinja file. */
  readonly template: string;
  readonly sampling: Sampling;
  readonly outputTokensMax: number;
  /** Texts that end an answer, besides the template's and the participants'. */
  readonly stopStrings: readonly string[];
  /** What becomes of the thoughts of reasoning models. They are never remembered. */
  readonly reasoning: 'hide' | 'spoiler' | 'show';
  /** How persona, history and question become one instruction, where the preset asks for that. */
  readonly layout?: PromptLayout;
  /** The time zone of macros, an IANA name. [the machine's] */
  readonly timeZone?: string;
  /** How many turns before the question the prompt may hold. [as many as fit] */
  readonly historyTurnsMax?: number;
  /** Where personas for adults may answer. */
  readonly adultPersonas: 'age-restricted' | 'everywhere' | 'never';
  /** Who may choose the persona of a channel that many people share. */
  readonly personaChoice: 'everyone' | 'moderators';
  readonly trigger: TriggerSettings;
  readonly reply: ReplySettings;
  readonly recall: RecallSettings;
  readonly quota: QuotaSettings;
};
