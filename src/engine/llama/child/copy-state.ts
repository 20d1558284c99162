import type { LlamaContextSequence } from 'node-llama-cpp';

type Copying = {
  _copyStateFromOtherSequence(this: LlamaContextSequence, other: LlamaContextSequence, tokens: number): Promise<boolean>;
};

/** The library has this for its own use. Where a later version has not, prompts are read from files or evaluated. */
export const canCopyStates = (sequence: LlamaContextSequence): sequence is LlamaContextSequence & Copying =>
  '_copyStateFromOtherSequence' in sequence && typeof sequence._copyStateFromOtherSequence === 'function';

/**
 * Puts the first tokens of another sequence's state into a sequence, on the device where they are.
 * The library may put the copying off to the next evaluation, so one has to follow before either changes.
 * @returns whether it worked; if not, the sequence is empty
 */
export const copyState = async (from: LlamaContextSequence, to: LlamaContextSequence, tokens: number): Promise<boolean> => {
  if (!canCopyStates(to)) return false;
  try {
    if (await to._copyStateFromOtherSequence(from, tokens)) return true;
  } catch {
    // Emptied below.
  }
  await to.clearHistory();
  return false;
};
