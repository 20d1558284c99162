import type { LlamaContextSequence, LlamaModel } from 'node-llama-cpp';
import type { LlamaSettings } from '../protocol.ts';
import { draftContextTokens } from './draft-memory.ts';
import type { LoadedModel, Log } from './load-model.ts';
import { growInPlace } from './token-log.ts';

/** Files of one family are padded to different sizes; more than so many tokens apart, they are different vocabularies. */
const sizeDifferenceMax = 128;

/**
 * A sequence of the draft model for each slot, with which answers are guessed. None where the settings want none, and
 * where it can't be had: that costs speed and no answers, so it is a warning in the log.
 */
export const openDraftModel = async (
  settings: LlamaSettings,
  { model, context, info, isDraftLeftOut }: LoadedModel,
  log: Log,
): Promise<readonly LlamaContextSequence[]> => {
  // That it is left out has been said.
  if (settings.speculation !== 'draft' || isDraftLeftOut) return [];
  const { draftModel } = settings;
  const refuse = (reason: string): readonly [] => {
    log('warn', `nothing is guessed with a draft model: ${reason}`);
    return [];
  };
  if (draftModel === undefined) return refuse('engine.draftModel names none');
  let draft: LlamaModel | undefined;
  try {
    draft = await model.llama.loadModel({ modelPath: draftModel, gpuLayers: settings.gpuLayers === 0 ? 0 : 'max' });
    const difference = vocabularyDifference(model, draft);
    if (difference !== undefined) {
      await draft.dispose();
      return refuse(
        `the vocabulary of ${draftModel} is not that of ${settings.modelPath} (${difference}); set engine.draftModel to a small model of the same family`,
      );
    }
    const drafts = await draft.createContext({
      contextSize: draftContextTokens(info.contextTokens, draft.trainContextSize),
      sequences: info.slots,
      batchSize: context.batchSize,
      threads: context.idealThreads,
      failedCreationRemedy: false,
    });
    const sequences = Array.from({ length: info.slots }, () => growInPlace(drafts.getSequence()));
    if (sequences[0]?.needsCheckpoints) {
      await drafts.dispose();
      await draft.dispose();
      return refuse(`the state of ${draftModel} can't be cut, so a wrong guess could not be taken back; take another model`);
    }
    log('info', `answers are guessed with ${draft.fileInfo.metadata.general.name ?? draftModel}`);
    return sequences;
  } catch (error) {
    await draft?.dispose().catch(() => {});
    return refuse(
      `${draftModel} can't be loaded (${error instanceof Error ? error.message : String(error)}); set engine.draftModel to another file, or engine.speculation to off`,
    );
  }
};

/** How two vocabularies differ; undefined where they are the same. Guesses are compared by the tokens' numbers. */
const vocabularyDifference = (one: LlamaModel, other: LlamaModel): string | undefined => {
  const [tokens, others] = [[...one.iterateAllTokens()], [...other.iterateAllTokens()]];
  if (Math.abs(tokens.length - others.length) > sizeDifferenceMax) return `${others.length} tokens instead of ${tokens.length}`;
  const differing = tokens
    .slice(0, others.length)
    .find((token) => one.detokenize([token], true) !== other.detokenize([token], true));
  return differing === undefined ? undefined : `token ${differing} is another one`;
};
