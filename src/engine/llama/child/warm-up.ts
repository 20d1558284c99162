import { bounds } from '../../../core/bounds.ts';
import type { KeptStates } from './kept-states.ts';
import type { Rates } from './rates.ts';
import type { Slot } from './slots.ts';
import type { Tokeniser } from './tokeniser.ts';

const { pieceTokensMin, pieceTokensMax, pieceMsMax } = bounds.prefill;

/**
 * Evaluates a short text in an empty slot, and empties it again: the first evaluation reads the model's file and prepares the
 * device, for which nobody shall wait with a question. The second one is measured, and so are saving and restoring what it has
 * made, so that the first choice between a kept state and evaluating anew rests on figures of this machine.
 */
export const warmUp = async (
  slot: Slot,
  tokeniser: Pick<Tokeniser, 'tokenise'>,
  rates: Rates,
  kept: Pick<KeptStates, 'measure'>,
): Promise<void> => {
  const words = Array.from({ length: pieceTokensMin + pieceTokensMax }, (_, index) => `word ${index}`);
  const tokens = tokeniser.tokenise([{ kind: 'text', text: words.join(' ') }]).slice(0, slot.sequence.contextSize >> 1);
  const first = tokens.slice(0, pieceTokensMin);
  try {
    const firstMs = await msOf(async () => {
      for await (const _token of slot.sequence.evaluate(first, { temperature: 0 })) break;
    });
    const share = Math.min(1, pieceMsMax / (firstMs * (pieceTokensMax / pieceTokensMin)));
    const count = Math.max(pieceTokensMin, Math.floor(pieceTokensMax * share));
    const second = tokens.slice(first.length, first.length + count);
    const secondMs = await msOf(() => slot.sequence.evaluateWithoutGeneratingNewTokens(second));
    rates.note('prefill', second.length, secondMs / 1000);
    await kept.measure(slot);
  } finally {
    // Measuring may have replaced it.
    await slot.sequence.clearHistory();
  }
};

const msOf = async (work: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};
