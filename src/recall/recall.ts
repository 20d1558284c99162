import { bounds } from '../core/bounds.ts';
import { type ConversationKey, shownText, type Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import { type ConversationIndex, createConversationIndex, termsOfTurn } from './conversation-index.ts';
import { termsOf } from './terms.ts';

/** What is looked for among the older turns of a conversation. */
export type RecallQuestion = {
  /** What was said last, the newest first; each counts half of the one before. */
  readonly texts: readonly string[];
  /** Only turns before this one, … */
  readonly beforeId: string;
  /** … after this one … [from the first] */
  readonly afterId?: string;
  /** … and none of these. [all] */
  readonly exceptIds?: ReadonlySet<string>;
  readonly countMax: number;
  /** From 0 to 1. */
  readonly scoreMin: number;
};

/** A turn that was found, as it stands in memory now. */
export type RecalledTurn = { readonly turn: Turn; readonly score: number };

/** Finds older turns of a conversation by what is being said, in that conversation only. */
export interface Recall {
  /** The best first. Reads a bounded number of turns, however old the conversation is. Throws what memory throws. */
  find(conversation: ConversationKey, question: RecallQuestion): Promise<readonly RecalledTurn[]>;
  /** Whether there are older turns in which nothing is found yet, in a conversation in which something was looked for. */
  isBehind(conversation: ConversationKey): boolean;
  /** Reads those, a page at a time, until all can be found or the signal is aborted. */
  fill(conversation: ConversationKey, signal: AbortSignal): Promise<void>;
  /** The memory, of whose changes the index hears: what is forgotten or edited there is so here. */
  watch(memory: Memory): Memory;
}

/**
 * Recall by words. The index stands only in memory and holds no texts; it is made from the conversation when something is first looked for, and
 * what is found is read from memory, so nothing that was forgotten comes back.
 *
 * @param options.mayUse whether what somebody says may be used: what they said, and answers to it, are not recalled where it may not
 */
export const createRecall = ({
  memory,
  mayUse,
}: {
  readonly memory: Pick<Memory, 'turns' | 'turnsOf'>;
  mayUse(userId: string): Promise<boolean>;
}): Recall => {
  const { conversationsMax, entriesMax, candidatesMax } = bounds.recall;
  /** The one used last stands last. */
  const indexes = new Map<ConversationKey, ConversationIndex>();
  const running = new Map<ConversationKey, Promise<unknown>>();

  /** One after the other in a conversation. */
  const inTurn = <Result>(conversation: ConversationKey, work: () => Promise<Result>): Promise<Result> => {
    const result = (running.get(conversation) ?? Promise.resolve()).then(work);
    const settled = result
      .catch(() => {})
      .then(() => {
        if (running.get(conversation) === settled) running.delete(conversation);
      });
    running.set(conversation, settled);
    return result;
  };

  const opened = (conversation: ConversationKey): ConversationIndex => {
    const index = indexes.get(conversation) ?? createConversationIndex(memory, conversation);
    indexes.delete(conversation);
    indexes.set(conversation, index);
    return index;
  };

  /** Lets go of the indexes that were not used for the longest time; never of the one in use. */
  const keepBounds = (): void => {
    let entries = [...indexes.values()].reduce((sum, { terms }) => sum + terms.entries, 0);
    for (const [conversation, { terms }] of indexes) {
      if (indexes.size <= 1 || (indexes.size <= conversationsMax && entries <= entriesMax)) return;
      indexes.delete(conversation);
      entries -= terms.entries;
    }
  };

  const usable = async (turns: readonly Turn[], conversation: ConversationKey): Promise<readonly Turn[]> => {
    const answered = turns.flatMap(({ role, replyTo }) => (role === 'assistant' && replyTo !== undefined ? [replyTo] : []));
    const questions = answered.length === 0 ? [] : await memory.turnsOf(conversation, answered);
    const ownerOf = ({ role, speaker, replyTo }: Turn): string | undefined =>
      role === 'user' ? speaker.id : questions.find(({ id }) => id === replyTo)?.speaker.id;
    const allowed = new Map<string, boolean>();
    for (const owner of new Set(turns.map(ownerOf))) if (owner !== undefined) allowed.set(owner, await mayUse(owner));
    return turns.filter((turn) => allowed.get(ownerOf(turn) ?? '') ?? true);
  };

  const search = async (conversation: ConversationKey, asked: RecallQuestion): Promise<readonly RecalledTurn[]> => {
    const { beforeId, afterId = '', exceptIds, countMax, scoreMin } = asked;
    const index = opened(conversation);
    await index.reachTo(beforeId);
    keepBounds();
    const { terms } = index;
    const question = terms.weigh(asked.texts.map(termsOf));
    const isWanted = (id: string): boolean => id < beforeId && id > afterId && exceptIds?.has(id) !== true;
    const ids = terms.candidates(question, isWanted, candidatesMax + countMax);
    const found = ids.length === 0 ? [] : await memory.turnsOf(conversation, ids);
    const remembered = new Set(found.map(({ id }) => id));
    for (const id of ids) if (!remembered.has(id)) terms.remove(id);
    const scored = found
      .filter((turn) => shownText(turn).trim() !== '')
      .map((turn) => ({ turn, score: terms.score(question, termsOfTurn(turn)) }))
      .filter(({ score }) => score >= scoreMin && score > 0)
      .sort((one, other) => other.score - one.score || (one.turn.id < other.turn.id ? 1 : -1));
    const allowed = new Set(
      await usable(
        scored.map(({ turn }) => turn),
        conversation,
      ),
    );
    return scored.filter(({ turn }) => allowed.has(turn)).slice(0, countMax);
  };

  return {
    find: (conversation, question) => inTurn(conversation, () => search(conversation, question)),
    isBehind: (conversation) => indexes.get(conversation)?.isWhole === false,
    fill: async (conversation, signal) => {
      while (!signal.aborted && indexes.get(conversation)?.isWhole === false)
        await inTurn(conversation, async () => {
          await indexes.get(conversation)?.reachBack();
          keepBounds();
        });
    },
    watch: (watched) => ({
      ...watched,
      async editMessage(conversation, messageId, text) {
        const isDone = await watched.editMessage(conversation, messageId, text);
        const index = indexes.get(conversation);
        const turn = isDone && index !== undefined ? await watched.findByMessage(conversation, messageId) : undefined;
        if (turn !== undefined) index?.update(turn);
        return isDone;
      },
      async change(conversation, turnId, change) {
        const turn = await watched.change(conversation, turnId, change);
        if (turn !== undefined) indexes.get(conversation)?.update(turn);
        return turn;
      },
      async remove(conversation, turnIds) {
        const gone = await watched.remove(conversation, turnIds);
        for (const { id } of gone) indexes.get(conversation)?.terms.remove(id);
        return gone;
      },
      async deleteMessages(conversation, messageIds) {
        const index = indexes.get(conversation);
        const ids: string[] = [];
        if (index !== undefined)
          for (const messageId of messageIds) ids.push((await watched.findByMessage(conversation, messageId))?.id ?? '');
        const count = await watched.deleteMessages(conversation, messageIds);
        for (const id of ids) index?.terms.remove(id);
        return count;
      },
      async removeAfter(conversation, turnId) {
        const removed = await watched.removeAfter(conversation, turnId);
        indexes.delete(conversation);
        return removed;
      },
      async reset(conversation) {
        const count = await watched.reset(conversation);
        indexes.delete(conversation);
        return count;
      },
      async forget(conversation) {
        const count = await watched.forget(conversation);
        indexes.delete(conversation);
        return count;
      },
    }),
  };
};
