import type { Token } from 'node-llama-cpp';
import { bounds } from '../../../core/bounds.ts';
import { chooseSource, commonLength, type Source, sharedTokensMin } from './choose-source.ts';
import { canCopyStates, copyState } from './copy-state.ts';
import type { KeptStates } from './kept-states.ts';
import type { Openings, Reader } from './openings.ts';
import type { Rates } from './rates.ts';
import type { Slot, Slots } from './slots.ts';
import type { KeptState } from './state-store.ts';
import type { Stepper } from './stepper.ts';

/** A slot that holds the beginning of a prompt. */
export type Placed = {
  /** Tokens of the prompt that did not have to be evaluated. */
  readonly cachedTokens: number;
  readonly reader: Reader;
};

/** Brings into a slot what is there already of a prompt. */
export interface Placement {
  /**
   * From the slot itself, another slot or a kept state, whichever is fastest; what the slot held
   * for another conversation is kept first. At least the prompt's last token is left to evaluate.
   * The caller ends the reader. When aborted, the slot stays as it is.
   */
  place(slot: Slot, affinity: string, tokens: readonly Token[], signal: AbortSignal): Promise<Placed>;
  /**
   * The same for all of a prompt's beginning, without waiting for others; for use while no step is under way. False, with nothing
   * changed, when it would take longer than a request may wait for it.
   */
  placeNow(slot: Slot, affinity: string, tokens: readonly Token[]): Promise<boolean>;
  /** Reads the kept state that `placeNow` would probably restore, while others go on, so that it need not be read then. */
  verifyAhead(tokens: readonly Token[]): Promise<void>;
}

type AnySource = Source<Slot, KeptState>;

const { saveMsMax, idleSaveMsMax } = bounds.keptStates;
const milliseconds = 1000;

export const createPlacement = (parts: {
  readonly slots: Slots;
  readonly kept: KeptStates;
  readonly openings: Openings;
  readonly stepper: Stepper;
  readonly rates: Rates;
  readonly when: 'faster' | 'always';
}): Placement => {
  const { slots, kept, openings, stepper, rates, when } = parts;

  const choose = (slot: Slot, tokens: readonly Token[]): AnySource => {
    const own = { kind: 'own', common: slot.owner === undefined ? 0 : commonWith(slot, tokens) } as const;
    const others: AnySource[] = [];
    if (canCopyStates(slot.sequence))
      for (const other of slots.all)
        if (other !== slot && other.owner !== undefined)
          others.push({ kind: 'slot', common: commonWith(other, tokens), slot: other });
    for (const state of kept.all())
      others.push({ kind: 'state', common: commonLength(state.tokens, tokens), state, bytes: state.bytes });
    return chooseSource(own, others, rates, when);
  };

  /**
   * Only while no step is under way, and with a verified state.
   * @param tokens all that may be in the slot
   * @returns how many of them had not to be evaluated
   */
  const apply = async (
    slot: Slot,
    affinity: string,
    tokens: readonly Token[],
    source: AnySource,
    saveSecondsMax: number | undefined,
  ): Promise<number> => {
    // The draft model's tokens are only taken out when it guesses next, which it may never do for this conversation.
    if (slot.owner !== affinity) await slot.draft?.clearHistory();
    if (slot.owner === undefined) await slot.sequence.clearHistory();
    else if (slot.owner !== affinity) await kept.keep(slot, saveSecondsMax);
    slot.owner = affinity;
    slot.isKept = false;
    if (source.kind === 'state') await kept.restore(slot, source.state);
    if (source.kind === 'slot') return await copy(source.slot, slot, tokens);
    // Restoring may have replaced the sequence.
    await slot.sequence.adaptStateToTokens([...tokens], false);
    return slot.sequence.nextTokenIndex;
  };

  const copy = async (from: Slot, to: Slot, tokens: readonly Token[]): Promise<number> => {
    const { sequence } = to;
    const startedAt = performance.now();
    // It may have changed since it was chosen. One token is left, because an evaluation has to follow.
    const common = Math.min(commonWith(from, tokens), tokens.length - 1);
    if (common < sharedTokensMin || !(await copyState(from.sequence, sequence, common))) {
      await sequence.adaptStateToTokens([...tokens], false);
      return sequence.nextTokenIndex;
    }
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(common, common + 1));
    rates.note('copy', 1, (performance.now() - startedAt) / milliseconds);
    return common;
  };

  /** The state chosen last is whole, or another source. */
  const verified = async (slot: Slot, tokens: readonly Token[]): Promise<AnySource> => {
    for (;;) {
      const source = choose(slot, tokens);
      if (source.kind !== 'state' || (await kept.verify(source.state))) return source;
    }
  };

  return {
    place: async (slot, affinity, tokens, signal) => {
      const reader = openings.begin(tokens);
      // The last token is evaluated in any case: its output is where the answer starts.
      const usable = tokens.slice(0, -1);
      try {
        await kept.settled(affinity);
        for (;;) {
          const leader = openings.leaderOf(reader, choose(slot, usable).common + sharedTokensMin);
          if (!leader || signal.aborted) break;
          await leader.passed(signal);
        }
        if (signal.aborted) return { cachedTokens: 0, reader };
        const source = await verified(slot, usable);
        const cachedTokens = await stepper.between(() =>
          apply(slot, affinity, usable, source, stepper.running > 0 ? undefined : saveMsMax / milliseconds),
        );
        reader.advance(slot.sequence.nextTokenIndex);
        return { cachedTokens, reader };
      } catch (error) {
        reader.end();
        throw error;
      }
    },
    placeNow: async (slot, affinity, tokens) => {
      const secondsMax = idleSaveMsMax / milliseconds;
      const source = await verified(slot, tokens);
      const restoreSeconds = source.kind === 'state' ? (rates.secondsFor('restore', source.bytes) ?? 0) : 0;
      const isTooSlow = restoreSeconds > secondsMax || (slot.owner !== affinity && kept.isTooSlow(slot, secondsMax));
      if (isTooSlow && when === 'faster') return false;
      await apply(slot, affinity, tokens, source, secondsMax);
      return true;
    },
    verifyAhead: async (tokens) => {
      let common = Math.max(sharedTokensMin, ...slots.all.map((slot) => commonWith(slot, tokens)));
      let best: KeptState | undefined;
      for (const state of kept.all()) {
        const here = commonLength(state.tokens, tokens);
        if (here <= common) continue;
        common = here;
        best = state;
      }
      if (best) await kept.verify(best);
    },
  };
};

const commonWith = (slot: Slot, tokens: readonly Token[]): number => commonLength(slot.sequence.contextTokens, tokens);
