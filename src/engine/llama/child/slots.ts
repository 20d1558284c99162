import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { commonLength } from './choose-source.ts';

/** One native sequence with the conversation whose state it holds. */
export type Slot = {
  /** Its place among all, and that of its first sequence in the context. */
  readonly index: number;
  /** Replaced by a new one when its state is in doubt. */
  sequence: LlamaContextSequence;
  /** Of the draft model, where answers are guessed with one; it holds no more of a conversation than `sequence` ever did. */
  readonly draft: LlamaContextSequence | undefined;
  /** The conversation whose state is in it; undefined for none, and for one that was forgotten. */
  owner: string | undefined;
  /** The conversation that uses it now. It becomes the owner when its prompt is placed. */
  user: string | undefined;
  /** The user was forgotten meanwhile: to be emptied when it is released. */
  isForgotten: boolean;
  /** Its state, as it is, is kept as a file too. */
  isKept: boolean;
  /** Ascending with every use, to find the one unused for longest. */
  lastUse: number;
};

/** Gives slots to conversations. */
export interface Slots {
  readonly all: readonly Slot[];
  /**
   * The conversation's own slot (of several the one with the most of the prompt), else an empty one, of several
   * the nearest to those in use, else the one unused for longest; waits while all are busy. Undefined when aborted.
   */
  acquire(affinity: string, tokens: readonly Token[], signal: AbortSignal): Promise<Slot | undefined>;
  /** A slot that can be had without waiting and without driving out a conversation used after `sinceUse`. */
  acquireIdle(affinity: string, tokens: readonly Token[], sinceUse: number): Slot | undefined;
  release(slot: Slot): Promise<void>;
  /** Empties the slots of a conversation; now, or when they are released, also by requests that still wait for one. */
  forget(affinity: string): Promise<void>;
  /** The slot that the next new conversation will take from another, if it will. */
  readonly victim: Slot | undefined;
  /** The number of the last use. */
  readonly uses: number;
}

export const createSlots = (sequences: readonly LlamaContextSequence[], drafts: readonly LlamaContextSequence[] = []): Slots => {
  const all: readonly Slot[] = sequences.map((sequence, index) => ({
    index,
    sequence,
    draft: drafts[index],
    owner: undefined,
    user: undefined,
    isForgotten: false,
    isKept: false,
    lastUse: 0,
  }));
  type Waiting = {
    readonly affinity: string;
    readonly tokens: readonly Token[];
    isForgotten: boolean;
    readonly take: (slot: Slot) => void;
  };
  const waiting: Waiting[] = [];
  let uses = 0;

  /** llama.cpp makes one pass for neighbouring sequences and one more for each gap: an answer is best made beside those under way. */
  const distance = ({ index }: Slot): number =>
    Math.min(all.length, ...all.filter(({ user }) => user !== undefined).map((busy) => Math.abs(busy.index - index)));

  const byDistance = (one: Slot, other: Slot): number => distance(one) - distance(other);

  /** Those that nobody uses, the one unused for longest first. */
  const idle = (): readonly Slot[] =>
    all
      .filter(({ user }) => user === undefined)
      .sort((one, other) => one.lastUse - other.lastUse || byDistance(one, other) || one.index - other.index);

  const ownOrEmpty = (affinity: string, tokens: readonly Token[]): Slot | undefined => {
    const own = idle().filter(({ owner }) => owner === affinity);
    if (own.length > 1) {
      const common = new Map(own.map((slot) => [slot, commonLength(slot.sequence.contextTokens, tokens)]));
      own.sort((one, other) => (common.get(other) ?? 0) - (common.get(one) ?? 0));
    }
    const empties = idle().filter(({ owner }) => owner === undefined);
    return own[0] ?? empties.sort((one, other) => byDistance(one, other) || one.index - other.index)[0];
  };

  const take = (slot: Slot, affinity: string): Slot => {
    slot.user = affinity;
    slot.lastUse = ++uses;
    return slot;
  };

  /** Idle work counts as part of the last use, so that it makes nobody else's slot look old. */
  const takeIdle = (slot: Slot, affinity: string): Slot => {
    slot.user = affinity;
    slot.lastUse = uses;
    return slot;
  };

  const empty = async (slot: Slot): Promise<void> => {
    slot.owner = undefined;
    slot.isKept = false;
    await slot.draft?.clearHistory();
    await slot.sequence.clearHistory();
  };

  return {
    all,
    acquire: (affinity, tokens, signal) => {
      if (signal.aborted) return Promise.resolve(undefined);
      const slot = ownOrEmpty(affinity, tokens) ?? idle()[0];
      if (slot) return Promise.resolve(take(slot, affinity));
      return new Promise((resolve) => {
        const place: Waiting = {
          affinity,
          tokens,
          isForgotten: false,
          take: (free) => {
            signal.removeEventListener('abort', leave);
            resolve(free);
          },
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(place), 1);
          resolve(undefined);
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(place);
      });
    },
    acquireIdle: (affinity, tokens, sinceUse) => {
      if (waiting.length > 0) return undefined;
      const slot = ownOrEmpty(affinity, tokens) ?? idle().find(({ lastUse }) => lastUse <= sinceUse);
      return slot && takeIdle(slot, affinity);
    },
    release: async (slot) => {
      if (slot.isForgotten) await empty(slot);
      slot.isForgotten = false;
      slot.user = undefined;
      const next = waiting.shift();
      const chosen = next && (ownOrEmpty(next.affinity, next.tokens) ?? idle()[0]);
      if (!chosen) return;
      // What it is about to evaluate was forgotten while it waited.
      chosen.isForgotten = next.isForgotten;
      next.take(take(chosen, next.affinity));
    },
    forget: async (affinity) => {
      for (const request of waiting) if (request.affinity === affinity) request.isForgotten = true;
      for (const slot of all) {
        if (slot.user === affinity) slot.isForgotten = true;
        else if (slot.owner !== affinity) continue;
        else if (slot.user === undefined) await empty(slot);
        // About to be taken over; without an owner it is emptied then.
        else slot.owner = undefined;
      }
    },
    get victim() {
      return all.some(({ owner, user }) => owner === undefined && user === undefined) ? undefined : idle()[0];
    },
    get uses() {
      return uses;
    },
  };
};
