import type { LlamaContextSequence } from 'node-llama-cpp';
import { bounds } from '../../../core/bounds.ts';
import { commonLength } from './choose-source.ts';
import type { Rates } from './rates.ts';
import type { Slot } from './slots.ts';
import type { KeptState, StateStore } from './state-store.ts';

/** Moves states between slots and files. All but `verify` and `forget` may only be called while no step is under way. */
export interface KeptStates {
  all(): Iterable<KeptState>;
  /**
   * Keeps the state of a slot for its owner, unless it is kept already or costs more than it is worth.
   * @param secondsMax it may take; without it as much as running answers can wait for
   */
  keep(slot: Slot, secondsMax?: number): Promise<void>;
  /** Whether the state of a slot is worth keeping, not kept yet, and would take longer than `secondsMax` to keep. */
  isTooSlow(slot: Slot, secondsMax: number): boolean;
  /** Whether a state is whole; asked before `restore`, while others go on. What was asked lately is not read again. */
  verify(state: KeptState): Promise<boolean>;
  /** Puts a verified state into a slot. One that is gone meanwhile changes nothing; after a failure the slot is empty and the state removed. */
  restore(slot: Slot, state: KeptState): Promise<boolean>;
  /** Saves and restores what is in a slot, to know how long that takes. Never rejects. */
  measure(slot: Slot): Promise<void>;
  forget(affinity: string): Promise<void>;
  /** Resolves when nothing of a conversation, or at all, is being written. */
  settled(affinity?: string): Promise<void>;
}

const { tokensMin, failurePauseMs, stallMsMin, stallMsMax, stallShare, verifiedMs, idleSaveMsMax } = bounds.keptStates;
const milliseconds = 1000;
/** So many times the largest state that was saved, the next one may be while nobody waits. */
const largerMost = 4;

/**
 * @param store undefined where nothing is to be kept
 * @param newSequence in place of one that was disposed
 */
export const createKeptStates = (
  store: StateStore | undefined,
  rates: Rates,
  when: 'faster' | 'always',
  newSequence: () => LlamaContextSequence,
  onFailure: (error: unknown) => void,
): KeptStates => {
  /** Bytes of a state for each of its tokens, once one was written. */
  let bytesPerToken = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  const verified = new WeakMap<KeptState, { readonly at: number; readonly seconds: number }>();

  const isWorthIt = (tokens: number, secondsMax: number | undefined): boolean => {
    const bytes = tokens * bytesPerToken;
    if (tokens < tokensMin || bytes > (store?.bytesMax ?? 0)) return false;
    if (when === 'always') return true;
    const evaluating = rates.secondsFor('prefill', tokens) ?? Number.POSITIVE_INFINITY;
    // Answers that run now also wait while the state is evaluated again, for longer.
    const stallMs = Math.min(stallMsMax, Math.max(stallMsMin, evaluating * milliseconds * stallShare));
    // Nobody who comes meanwhile shall wait for what may take longer than expected.
    if (
      secondsMax !== undefined &&
      secondsMax <= idleSaveMsMax / milliseconds &&
      rates.largest('save') > 0 &&
      bytes > largerMost * rates.largest('save')
    )
      return false;
    if ((rates.secondsFor('save', bytes) ?? 0) > (secondsMax ?? stallMs / milliseconds)) return false;
    return (rates.secondsFor('restore', bytes) ?? 0) < evaluating;
  };

  /** What is missing in a file is evaluated sooner than the file is written anew. */
  const isEnough = (former: KeptState, tokens: ArrayLike<number>): boolean => {
    const missing = tokens.length - commonLength(former.tokens, tokens);
    if (when === 'always') return missing === 0;
    const saving = rates.secondsFor('save', tokens.length * bytesPerToken) ?? 0;
    return (rates.secondsFor('prefill', missing) ?? Number.POSITIVE_INFINITY) <= saving;
  };

  const isKeepable = ({ owner, sequence, isKept, isForgotten }: Slot, secondsMax: number | undefined): boolean => {
    if (!store || owner === undefined || isKept || isForgotten) return false;
    if (performance.now() - failedAt < failurePauseMs || !isWorthIt(sequence.nextTokenIndex, secondsMax)) return false;
    const former = store.stateOf(owner);
    return !former || !isEnough(former, sequence.contextTokens);
  };

  /** Puts a file's state into a slot; after a failure the slot is empty. */
  const load = async (slot: Slot, path: string): Promise<void> => {
    try {
      // The library takes a sequence for empty when loading fails, whatever is in it.
      await slot.sequence.clearHistory();
      await slot.sequence.loadStateFromFile(path, { acceptRisk: true });
    } catch (error) {
      await slot.sequence.dispose();
      slot.sequence = newSequence();
      throw error;
    }
  };

  return {
    all: () => store?.all() ?? [],
    isTooSlow: (slot, secondsMax) => isKeepable(slot, Number.POSITIVE_INFINITY) && !isKeepable(slot, secondsMax),
    keep: async (slot, secondsMax) => {
      const { owner, sequence } = slot;
      if (!store || owner === undefined || !isKeepable(slot, secondsMax)) return;
      const startedAt = performance.now();
      try {
        const tokens = Uint32Array.from(sequence.contextTokens);
        await store.write(owner, tokens, async (path) => {
          const { fileSize } = await sequence.saveStateToFile(path);
          bytesPerToken = fileSize / tokens.length;
          rates.note('save', fileSize, (performance.now() - startedAt) / milliseconds);
          return fileSize;
        });
        slot.isKept = true;
      } catch (error) {
        // A full disk, most likely. Without kept states all goes on, only slower.
        failedAt = performance.now();
        onFailure(error);
      }
    },
    verify: async (state) => {
      const startedAt = performance.now();
      if (startedAt - (verified.get(state)?.at ?? Number.NEGATIVE_INFINITY) < verifiedMs) return store?.isCurrent(state) ?? false;
      const isWhole = (await store?.verify(state)) ?? false;
      const at = performance.now();
      if (isWhole) verified.set(state, { at, seconds: (at - startedAt) / milliseconds });
      return isWhole;
    },
    restore: async (slot, state) => {
      if (!store?.isCurrent(state)) return false;
      const startedAt = performance.now();
      try {
        await load(slot, state.path);
        const seconds = (performance.now() - startedAt) / milliseconds;
        rates.note('restore', state.bytes, seconds + (verified.get(state)?.seconds ?? 0));
        await store.touch(state);
        return true;
      } catch (error) {
        onFailure(error);
        await store.remove(state);
        return false;
      }
    },
    measure: async (slot) => {
      try {
        await store?.withTrialFile(async (path) => {
          const tokens = slot.sequence.nextTokenIndex;
          const startedAt = performance.now();
          const { fileSize } = await slot.sequence.saveStateToFile(path);
          const savedAt = performance.now();
          await load(slot, path);
          bytesPerToken = fileSize / tokens;
          rates.note('save', fileSize, (savedAt - startedAt) / milliseconds);
          rates.note('restore', fileSize, (performance.now() - savedAt) / milliseconds);
        });
      } catch (error) {
        failedAt = performance.now();
        onFailure(error);
      }
    },
    forget: async (affinity) => {
      await store?.forget(affinity);
    },
    settled: async (affinity) => {
      await store?.settled(affinity);
    },
  };
};
