import type { ConversationKey } from '../core/conversation.ts';
import type { LoreSource } from '../core/lorebook.ts';
import type { Persona } from '../core/persona.ts';
import type { Place } from '../core/settings.ts';
import { type Activation, activate, type CountTokens } from './activate.ts';
import type { LoreAttachments } from './attachments.ts';
import { emptyLoreState, leavesEffects, stateThrough, stateWithout } from './effects.ts';
import { noLore, type PromptLore, promptLoreOf } from './lore-inserts.ts';
import type { LoreStates } from './lore-states.ts';
import type { LorebookCatalogue } from './lorebook-catalogue.ts';
import { createOwnBooks } from './own-books.ts';
import type { PreparedLorebook } from './prepare-lorebook.ts';
import type { LoreScope, ScanInput } from './scan-input.ts';

/** An answer that is about to be made. */
export type LoreQuestion = {
  readonly conversation: ConversationKey;
  readonly place?: Place | undefined;
  /** Who answers; its scenario is the one that stands in the prompt. */
  readonly persona: Persona;
  /** The newest messages, oldest first, with the names people see. */
  readonly messages: ScanInput['messages'];
  /** Messages of the whole conversation before the answer, and answers among them. */
  readonly messageCount: number;
  readonly answerCount?: number;
  /** Messages that there are now: more than before it where an answer is made anew. [`messageCount`] */
  readonly messagesNow?: number;
  /** Which greeting began the conversation, 0 the first, -1 none. Asked only where an entry depends on it. [not known] */
  greeting?(): Promise<number>;
  readonly contextTokens: number;
  readonly countTokens: CountTokens;
  /** Expands macros in keys, in texts of entries and in the persona's fields that entries search. [as they are] */
  readonly expand?: (text: string, of: 'key' | 'content') => string;
  /** The kind of answer: `normal`, `continue`, `impersonate`, `swipe`, `regenerate`, `quiet`. [normal] */
  readonly trigger?: string;
  /** What the human says about themselves. [nothing] */
  readonly humanDescription?: string;
};

/** A book that counts for an answer. */
export type CountingBook = { readonly book: PreparedLorebook; readonly scope: LoreScope };

/** The lore of one answer. */
export type AnswerLore = PromptLore & {
  /** What was active and what was not, and why; absent where no book counts. */
  readonly activation?: Activation;
  /** To be called once the answer is kept: timed effects begin with it. Writes nothing where none began or ended. */
  keep(): Promise<void>;
};

/** Brings lore into prompts. */
export interface LoreService {
  /** The lore of an answer. Where no book is attached it costs nothing: no state is read, and no token counted. */
  prepare(question: LoreQuestion): Promise<AnswerLore>;
  /** The books that count in a place, in the order in which they claim their tokens. */
  books(where: Pick<LoreQuestion, 'conversation' | 'place' | 'persona'>): Promise<readonly CountingBook[]>;
  /**
   * For a branch: attachments and timed effects of one conversation for another, those that had begun when it had so many `messages`.
   * @param range.leftOut the first so many messages are not in the branch [all are]
   */
  copy(
    from: ConversationKey,
    to: ConversationKey,
    range: { readonly messages: number; readonly leftOut?: number },
  ): Promise<void>;
  /** Undoes timed effects that began with messages which were taken back: all after so many. */
  cut(conversation: ConversationKey, messages: number): Promise<void>;
  /** The same for single messages, by their places among all, 1 the first; asked for only where there are timed effects. */
  takeOut(conversation: ConversationKey, positions: () => Promise<readonly number[]>): Promise<void>;
  /** Forgets timed effects, as `/reset` does; with `isWhole` also what is attached, as a deletion for privacy does. */
  forget(conversation: ConversationKey, options?: { readonly isWhole?: boolean }): Promise<void>;
}

export type LoreServiceOptions = {
  readonly catalogue: Pick<LorebookCatalogue, 'get' | 'find'>;
  readonly attachments: LoreAttachments;
  readonly states: LoreStates;
  /** 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Hears of a card's book that can't be used. */
  readonly onProblem?: (personaId: string, error: unknown) => void;
};

/** @throws PaddockError `store-failed`, from every function, when the store fails, and what `countTokens` throws. */
export const createLoreService = ({ catalogue, attachments, states, random, onProblem }: LoreServiceOptions): LoreService => {
  const ownBooks = createOwnBooks({ catalogue, ...(onProblem && { onProblem }) });

  const books: LoreService['books'] = async ({ conversation, place, persona }) => {
    const attached = await attachments.for({ conversation, place, personaId: persona.id });
    const own = await ownBooks(persona);
    if (attached.length === 0 && own.libraryId === undefined && own.inside === undefined) return [];
    const ids = [...attached.map(({ bookId, scope }) => ({ bookId, scope }))];
    if (own.libraryId !== undefined) ids.push({ bookId: own.libraryId, scope: 'character' });
    const found = await Promise.all(
      ids.map(async ({ bookId, scope }) => {
        const book = await catalogue.get(bookId);
        // One that was removed is attached again once it is back.
        return book === undefined ? [] : [{ book, scope }];
      }),
    );
    return inOrder([...found.flat(), ...(own.inside ? [{ book: own.inside, scope: 'character' as const }] : [])]);
  };

  return {
    books,
    prepare: async (question) => {
      const counting = await books(question);
      if (counting.length === 0) return { ...noLore, keep: async () => {} };
      const isTimed = counting.some(({ book }) => book.entries.some(leavesEffects));
      const opened = isTimed ? await states.open(question.conversation) : undefined;
      const isGreeted = counting.some(({ book }) => book.entries.some(({ decorators }) => decorators.greeting !== undefined));
      const greeting = isGreeted ? await question.greeting?.() : undefined;
      const activation = await activate(
        scanInput(question, greeting, counting, opened?.state ?? emptyLoreState, random),
        question.countTokens,
      );
      return {
        ...promptLoreOf(activation.placed),
        activation,
        keep: async () => await opened?.keep(activation.state),
      };
    },
    copy: async (from, to, { messages, leftOut }) => {
      await attachments.copy(from, to);
      await states.amend(from, to, (state) => stateThrough(state, messages, leftOut));
    },
    cut: (conversation, messages) => states.amend(conversation, conversation, (state) => stateThrough(state, messages)),
    takeOut: (conversation, positions) =>
      states.amend(conversation, conversation, async (state) => stateWithout(state, await positions())),
    forget: async (conversation, { isWhole = false } = {}) => {
      await states.forget(conversation);
      if (isWhole) await attachments.forget({ kind: 'conversation', id: conversation });
    },
  };
};

const scopes: readonly LoreScope[] = ['conversation', 'character', 'server', 'global'];

const inOrder = (books: readonly CountingBook[]): readonly CountingBook[] =>
  scopes
    .flatMap((scope) => books.filter((book) => book.scope === scope))
    .filter(({ book }, index, all) => all.findIndex((other) => other.book.book.id === book.book.id) === index);

const scanInput = (
  question: LoreQuestion,
  greeting: number | undefined,
  books: readonly CountingBook[],
  state: ScanInput['state'],
  random: () => number,
): ScanInput => {
  const { persona, messages, messageCount, messagesNow, answerCount, contextTokens, trigger, expand } = question;
  return {
    books,
    messages,
    messageCount,
    contextTokens,
    state,
    random,
    sources: sourcesOf(question, books),
    sections: { personality: isText(persona.personality), scenario: isText(persona.scenario) },
    character: {
      names: [persona.id, persona.name, ...(persona.nickname === undefined ? [] : [persona.nickname])],
      tags: persona.tags ?? [],
    },
    ...(messagesNow !== undefined && { messagesNow }),
    ...(answerCount !== undefined && { answerCount }),
    ...(greeting !== undefined && { greeting }),
    ...(trigger !== undefined && { trigger }),
    ...(expand && { expand }),
  };
};

const isText = (text = ''): boolean => text.trim() !== '';

/** The texts besides the chat that some entry searches; others need not be expanded. */
const sourcesOf = (
  { persona, humanDescription, expand }: LoreQuestion,
  books: readonly CountingBook[],
): Partial<Readonly<Record<LoreSource, string>>> => {
  const wanted = new Set(books.flatMap(({ book }) => book.entries.flatMap(({ entry }) => entry.sources)));
  const texts: Readonly<Record<LoreSource, string | undefined>> = {
    'persona-description': humanDescription,
    'character-description': persona.description,
    'character-personality': persona.personality,
    'character-note': persona.depthPrompt?.text,
    scenario: persona.scenario,
    'creator-notes': persona.creatorNotes,
  };
  const sources: Partial<Record<LoreSource, string>> = {};
  for (const source of wanted) {
    const text = texts[source];
    // What a human says about themselves is never expanded.
    if (text !== undefined) sources[source] = source === 'persona-description' ? text : (expand?.(text, 'content') ?? text);
  }
  return sources;
};
