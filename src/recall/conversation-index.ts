import { bounds } from '../core/bounds.ts';
import { type ConversationKey, shownText, type Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import { createTermIndex, type TermIndex } from './term-index.ts';
import { type Terms, termsOf } from './terms.ts';

/** The terms of a conversation's older turns, without a gap from one turn to another; grows at both ends, a page at a time. */
export interface ConversationIndex {
  readonly terms: TermIndex;
  /** Whether there is nothing older to read, or nothing more is taken. */
  readonly isWhole: boolean;
  /** Reads the turns before this one that came since; one page at most. */
  reachTo(beforeId: string): Promise<void>;
  /** Reads one page of older turns. */
  reachBack(): Promise<void>;
  /** What a turn says now, if it is in the index. */
  update(turn: Turn): void;
}

const { pageTurnsMax, turnsMax, entriesMax } = bounds.recall;
/** How far an index may grow beyond its bounds with its conversation before it is made anew. */
const slackShare = 1.25;

export const createConversationIndex = (memory: Pick<Memory, 'turns'>, conversation: ConversationKey): ConversationIndex => {
  let terms = createTermIndex();
  let covered: { readonly fromId: string; readonly beforeId: string } | undefined;
  let hasMore = true;

  const read = (range: { readonly fromId?: string; readonly toId: string }): Promise<readonly Turn[]> =>
    memory.turns(conversation, { ...range, newest: pageTurnsMax + 1 });
  const take = (turns: readonly Turn[]): void => {
    for (const turn of turns) terms.add(turn.id, termsOfTurn(turn));
  };
  const begin = (page: readonly Turn[], beforeId: string): void => {
    const older = page.filter(({ id }) => id < beforeId);
    terms = createTermIndex();
    take(older);
    covered = { fromId: older[0]?.id ?? beforeId, beforeId };
    hasMore = page.length > pageTurnsMax;
  };

  return {
    get terms() {
      return terms;
    },
    get isWhole() {
      // Before the newest turns are in it, nothing can be read back behind them.
      return covered === undefined || !hasMore || terms.turns >= turnsMax || terms.entries >= entriesMax;
    },
    reachTo: async (beforeId) => {
      if (covered === undefined) return begin(await read({ toId: beforeId }), beforeId);
      const { fromId, beforeId: reached } = covered;
      if (beforeId <= reached) return;
      // What is older than the turns it may hold, and what was removed, leaves it by this.
      const isTooLarge = terms.slots > turnsMax * slackShare || terms.entries > entriesMax * slackShare;
      if (isTooLarge) return begin(await read({ toId: beforeId }), beforeId);
      const page = await read({ fromId: reached, toId: beforeId });
      // More came at once than a question reads: it begins anew at the newest, and the rest is read back.
      if (page.length > pageTurnsMax) return begin(page, beforeId);
      take(page.filter(({ id }) => id >= reached && id < beforeId));
      covered = { fromId, beforeId };
    },
    reachBack: async () => {
      if (covered === undefined) return;
      const { fromId, beforeId } = covered;
      const page = await read({ toId: fromId });
      const older = page.filter(({ id }) => id < fromId);
      take(older);
      covered = { fromId: older[0]?.id ?? fromId, beforeId };
      hasMore = page.length > pageTurnsMax;
    },
    update: (turn) => {
      if (terms.has(turn.id)) terms.add(turn.id, termsOfTurn(turn));
    },
  };
};

/** By what somebody said, and by their name. */
export const termsOfTurn = (turn: Turn): Terms => termsOf(`${turn.speaker.name}\n${shownText(turn)}`);
