import { createTextCleaner, type TextCleaner } from './clean-text.ts';

/**
 * Turns "the whole answer so far" into what is still to be printed. What is printed can't be taken
 * back, so when an answer is changed behind that point, printing pauses until the answer goes on
 * from what was printed, or ends. White space around the answer is left out; at the end it waits
 * for the text after it.
 */
export interface ShownText {
  /** What to print now; empty when there is nothing new, or the answer was changed behind what is printed. */
  show(text: string): string;
  /**
   * What to print for the final answer. `isCorrection` says that what was printed does not begin it,
   * so that `text` is the whole answer again.
   */
  finish(text: string): { readonly text: string; readonly isCorrection: boolean };
}

export const createShownText = (): ShownText => {
  let cleaner: TextCleaner = createTextCleaner();
  let raw = '';
  let clean = '';
  let printed = '';

  const read = (text: string): void => {
    if (!text.startsWith(raw)) {
      cleaner = createTextCleaner();
      raw = '';
      clean = '';
    }
    clean += cleaner.push(text.slice(raw.length));
    raw = text;
  };

  return {
    show(text) {
      read(text);
      const visible = clean.trim();
      if (!visible.startsWith(printed)) return '';
      const rest = visible.slice(printed.length);
      printed = visible;
      return rest;
    },
    finish(text) {
      read(text);
      clean += cleaner.flush();
      const visible = clean.trim();
      const isCorrection = !visible.startsWith(printed);
      const rest = isCorrection ? visible : visible.slice(printed.length);
      printed = visible;
      return { text: rest, isCorrection };
    },
  };
};
