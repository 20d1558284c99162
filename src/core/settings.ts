import type { Sampling } from './engine.ts';
import type { PromptLayout } from './layout.ts';

/** Where something is said, as settings see it: the widest place last. Empty in the terminal. */
export type Place = {
  /** Ids of the thread, its channel and its category, as far as there are such: the nearest first. */
  readonly channelIds: readonly string[];
  readonly serverId?: string;
};

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
};
