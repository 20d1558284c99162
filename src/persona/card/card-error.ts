import { PaddockError } from '../../core/error.ts';
import { inEnglish, type Sentence } from '../../core/sentence.ts';

/**
 * A card that can't be used, as an error for whoever brought it.
 *
 * @param said what is wrong and what can be done, whole, without paths
 */
export const cardError = (said: Sentence, cause?: unknown): PaddockError =>
  new PaddockError('bad-input', `character card: ${inEnglish(said)}`, { userText: said, ...(cause !== undefined && { cause }) });

/** A file that is all right but holds no card, such as a photograph: `not-found`. */
export const noCardError = (said: Sentence): PaddockError =>
  new PaddockError('not-found', `character card: ${inEnglish(said)}`, { userText: said });

/** Characters a sentence can hold of what a file says: short, on one line. */
export const quoted = (text: string): string => {
  const line = text
    .toWellFormed()
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim();
  return `"${line.length > 40 ? `${line.slice(0, 40).toWellFormed()}…` : line}"`;
};
