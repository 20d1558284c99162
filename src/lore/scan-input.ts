import type { LoreSource } from '../core/lorebook.ts';
import type { LoreState } from './effects.ts';
import type { PersonaSections } from './place-entries.ts';
import type { PreparedLorebook } from './prepare-lorebook.ts';

/** What a book is attached to; the books claim their tokens in this order. */
export type LoreScope = 'conversation' | 'character' | 'server' | 'global';

/** All that a scan depends on. The same input gives the same result, as far as `random` does. */
export type ScanInput = {
  /** A book that is given twice counts once, at its nearest scope. */
  readonly books: readonly { readonly book: PreparedLorebook; readonly scope: LoreScope }[];
  /** The newest messages, oldest first, with the names people see; more than the deepest scan needs are not read. */
  readonly messages: readonly { readonly name: string; readonly text: string }[];
  /** Messages of the whole conversation before the answer; timed effects count by it. */
  readonly messageCount: number;
  /** Messages that there are now: more where an answer is made anew that others came after. [`messageCount`] */
  readonly messagesNow?: number;
  /** Answers in the whole conversation so far, for `@@activate_only_after` and `@@activate_only_every`. [0] */
  readonly answerCount?: number;
  /** Which greeting began the conversation, 0 the first, -1 none, for `@@is_greeting`. [not known: the decorator is ignored] */
  readonly greeting?: number;
  /** Texts besides the chat, for entries that ask for them; macros already expanded. */
  readonly sources?: Partial<Readonly<Record<LoreSource, string>>>;
  /** Who answers: names and id, and tags. [nobody in particular: filters that name somebody don't let through] */
  readonly character?: { readonly names: readonly string[]; readonly tags: readonly string[] };
  /** Which sections of who answers stand in the prompt, for `@@position`. [both] */
  readonly sections?: PersonaSections;
  /** The kind of answer. [normal] */
  readonly trigger?: string;
  /** Messages that are searched where neither entry nor book says otherwise. [2] */
  readonly scanDepth?: number;
  /** Whether texts of entries activate others where the book does not say. [true] */
  readonly isRecursive?: boolean;
  /** Most searches in all: 1 is the messages only, 0 as many as it takes. [0] */
  readonly roundsMax?: number;
  /** What the model can hold, in tokens, and the part of it for books without a budget of their own. [0.25] */
  readonly contextTokens: number;
  readonly budgetShare?: number;
  readonly state: LoreState;
  /** 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Expands macros in keys and in the texts of entries, each text once. [as it is] */
  readonly expand?: (text: string, of: 'key' | 'content') => string;
};
