import type { LlamaContextSequence } from 'node-llama-cpp';

/** One native sequence with the conversation whose state it holds. */
export type Slot = {
  sequence: LlamaContextSequence;
  /** The conversation evaluated in it; undefined while it is empty. */
  affinity: string | undefined;
  isBusy: boolean;
  /** Its conversation was forgotten while an answer was generated: to be emptied when that ends. */
  isForgotten: boolean;
  /** Ascending with every use, to find the one unused for longest. */
  lastUse: number;
};

/** Gives slots to conversations. */
export interface Slots {
  /** The conversation's own slot, else an empty one, else the one unused for longest; waits while all are busy. */
  acquire(affinity: string): Promise<Slot>;
  release(slot: Slot): Promise<void>;
  /** Empties the slot of a conversation, if it has one; now, or when it is released. */
  forget(affinity: string): Promise<void>;
}

export const createSlots = (sequences: readonly LlamaContextSequence[]): Slots => {
  const slots: readonly Slot[] = sequences.map((sequence) => ({
    sequence,
    affinity: undefined,
    isBusy: false,
    isForgotten: false,
    lastUse: 0,
  }));
  const waiting: { readonly affinity: string; readonly take: (slot: Slot) => void }[] = [];
  let uses = 0;

  const choose = (affinity: string): Slot | undefined => {
    const idle = slots.filter((slot) => !slot.isBusy).sort((one, other) => one.lastUse - other.lastUse);
    return idle.find((slot) => slot.affinity === affinity) ?? idle.find((slot) => slot.affinity === undefined) ?? idle[0];
  };

  const take = (slot: Slot, affinity: string): Slot => {
    slot.isBusy = true;
    slot.affinity = affinity;
    slot.lastUse = ++uses;
    return slot;
  };

  const empty = async (slot: Slot): Promise<void> => {
    slot.affinity = undefined;
    slot.isForgotten = false;
    await slot.sequence.clearHistory();
  };

  return {
    acquire: (affinity) => {
      const slot = choose(affinity);
      if (slot) return Promise.resolve(take(slot, affinity));
      return new Promise((resolve) => waiting.push({ affinity, take: resolve }));
    },
    release: async (slot) => {
      if (slot.isForgotten) await empty(slot);
      slot.isBusy = false;
      const next = waiting.shift();
      if (!next) return;
      const chosen = choose(next.affinity);
      if (chosen) next.take(take(chosen, next.affinity));
    },
    forget: async (affinity) => {
      for (const slot of slots) {
        if (slot.affinity !== affinity) continue;
        if (slot.isBusy) slot.isForgotten = true;
        else await empty(slot);
      }
    },
  };
};
