import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import { createKeptValues, type ValueStore } from '../kept/kept-values.ts';
import { storeFailed } from './store-failed.ts';

/** In which conversations somebody's words are remembered. */
export interface UserIndex {
  /** The latest `bounds.userConversations.countMax` at most. Some may hold nothing of theirs any more. */
  conversationsOf(userId: string): Promise<readonly ConversationKey[]>;
  /** Adds one; nothing is written when it is known. */
  note(userId: string, conversation: ConversationKey): Promise<void>;
  /** Nothing is left there. */
  forget(userId: string, conversations: readonly ConversationKey[]): Promise<void>;
}

/** Keeps the index in a store, under `user:<user id>`. */
export const createUserIndex = (store: ValueStore): UserIndex => {
  const kept = createKeptValues<readonly ConversationKey[]>({
    store,
    prefix: 'user',
    read: (stored) => (Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string') : []),
    keptMax: bounds.access.keptMax,
    failed: storeFailed,
  });
  /** Pairs that are in the index for certain. */
  const noted = new Set<string>();
  const pairOf = (userId: string, conversation: ConversationKey): string => JSON.stringify([userId, conversation]);

  return {
    conversationsOf: (userId) => kept.get(userId),
    async note(userId, conversation) {
      const pair = pairOf(userId, conversation);
      if (noted.has(pair)) return;
      await kept.change(userId, (known) =>
        known.includes(conversation) ? known : [...known, conversation].slice(-bounds.userConversations.countMax),
      );
      noted.add(pair);
      const [oldest] = noted;
      if (noted.size > bounds.userConversations.pairsMax && oldest !== undefined) noted.delete(oldest);
    },
    async forget(userId, conversations) {
      const gone = new Set(conversations);
      for (const conversation of gone) noted.delete(pairOf(userId, conversation));
      await kept.change(userId, (known) => {
        const rest = known.filter((each) => !gone.has(each));
        return rest.length === known.length ? known : rest.length === 0 ? undefined : rest;
      });
    },
  };
};

/**
 * A memory that keeps the index: a conversation is in it before the first turn of somebody is, so that what is remembered of a
 * person can always be found.
 */
export const indexUsers = (memory: Memory, index: Pick<UserIndex, 'note' | 'forget'>): Memory => {
  const noteAll = async (turns: readonly Pick<Turn, 'role' | 'speaker' | 'quoted'>[], conversation: ConversationKey) => {
    for (const userId of peopleOf(turns)) await index.note(userId, conversation);
  };
  /** Lets go of a conversation, and then of the people in it. */
  const empty = async (conversation: ConversationKey, work: () => Promise<number>): Promise<number> => {
    // Short ones, such as private questions, leave nothing behind; of others a name in the index does no harm.
    const turns = (await memory.count(conversation)) <= bounds.scannedTurnsMax ? await memory.turns(conversation) : [];
    const forgotten = await work();
    for (const userId of peopleOf(turns)) await index.forget(userId, [conversation]);
    return forgotten;
  };
  return {
    ...memory,
    async append(conversation, turn) {
      await noteAll([turn], conversation);
      return memory.append(conversation, turn);
    },
    async appendIf(conversation, turn, condition) {
      // Most of what is heard in channels where the bot is not used is never added.
      if (turn.role === 'user' && (condition !== 'not-empty' || (await memory.count(conversation)) > 0))
        await noteAll([turn], conversation);
      return memory.appendIf(conversation, turn, condition);
    },
    reset: (conversation) => empty(conversation, () => memory.reset(conversation)),
    forget: (conversation) => empty(conversation, () => memory.forget(conversation)),
    async copy(from, to, range) {
      await noteAll(await memory.turns(from, range), to);
      return memory.copy(from, to, range);
    },
  };
};

/** Who said these turns, and whom they quote. */
export const peopleOf = (turns: readonly Pick<Turn, 'role' | 'speaker' | 'quoted'>[]): ReadonlySet<string> =>
  new Set(
    turns
      .filter(({ role }) => role === 'user')
      .flatMap(({ speaker, quoted }) => (quoted === undefined ? [speaker.id] : [speaker.id, quoted.speaker.id])),
  );
