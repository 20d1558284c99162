import type { Token } from 'node-llama-cpp';
import { bounds } from '../../../core/bounds.ts';
import type { PrefillResult } from '../../../core/engine.ts';
import { commonLength } from './choose-source.ts';
import type { Placement } from './placement.ts';
import { pieceTokens, type Rates } from './rates.ts';
import type { Slots } from './slots.ts';
import type { Stepper } from './stepper.ts';
import type { TokenBudget } from './token-budget.ts';

/** Reads prompts ahead, in pieces, while no request is under way. */
export interface Prefiller {
  read(affinity: string, tokens: readonly Token[], signal: AbortSignal): Promise<PrefillResult>;
  /** Reads no further piece of what a conversation said until now. */
  cancel(affinity: string): void;
}

const { conversationsMax } = bounds.prefill;

export const createPrefiller = (parts: {
  readonly slots: Slots;
  readonly stepper: Stepper;
  readonly placement: Placement;
  readonly rates: Rates;
  readonly budget: TokenBudget;
  /** A slot used within so many uses of slots is not taken from its conversation. */
  readonly recentUses: number;
}): Prefiller => {
  const { slots, stepper, placement, rates, budget, recentUses } = parts;
  /** The newest prompt of each conversation; an older one gives up. */
  const newest = new Map<string, readonly Token[]>();

  /** One piece, with the slot held for it alone, so that a request finds all slots as usual. */
  const readPiece = async (affinity: string, tokens: readonly Token[]): Promise<{ readTokens: number; evaluated: number }> => {
    const slot = slots.acquireIdle(affinity, tokens, slots.uses - recentUses);
    if (!slot) return { readTokens: 0, evaluated: 0 };
    try {
      // An older beginning of what is there must not cut it.
      if (slot.owner === affinity && startsWith(slot.sequence.contextTokens, tokens))
        return { readTokens: tokens.length, evaluated: 0 };
      if (!(await placement.placeNow(slot, affinity, tokens))) return { readTokens: 0, evaluated: 0 };
      const { sequence } = slot;
      const position = sequence.nextTokenIndex;
      const size = budget.take(Math.min(pieceTokens(rates), tokens.length - position));
      if (size > 0) {
        const startedAt = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(position, position + size));
        rates.note('prefill', size, (performance.now() - startedAt) / 1000);
        slot.isKept = false;
      }
      return { readTokens: position + size, evaluated: size };
    } finally {
      await slots.release(slot);
    }
  };

  return {
    cancel: (affinity) => {
      newest.delete(affinity);
    },
    read: async (affinity, tokens, signal) => {
      let [readTokens, evaluatedTokens] = [0, 0];
      const result = (): PrefillResult => ({ promptTokens: tokens.length, readTokens, evaluatedTokens });
      if (newest.size >= conversationsMax && !newest.has(affinity)) return result();
      newest.set(affinity, tokens);
      try {
        await placement.verifyAhead(tokens);
        while (readTokens < tokens.length && newest.get(affinity) === tokens) {
          const piece = await stepper.whenIdle(async () => {
            // It may have been cancelled while it waited.
            return newest.get(affinity) === tokens ? await readPiece(affinity, tokens) : undefined;
          }, signal);
          if (piece === undefined) break;
          readTokens = piece.readTokens;
          evaluatedTokens += piece.evaluated;
          if (piece.evaluated === 0) break;
        }
        return result();
      } finally {
        if (newest.get(affinity) === tokens) newest.delete(affinity);
      }
    },
  };
};

const startsWith = (tokens: readonly Token[], beginning: readonly Token[]): boolean =>
  commonLength(tokens, beginning) === beginning.length;
