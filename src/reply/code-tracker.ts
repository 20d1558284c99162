/** Follows a growing text and tells whether its end is within code. */
export interface CodeTracker {
  push(text: string): void;
  /** Within a block between runs of three backticks or more. */
  readonly isFenced: boolean;
  /** Within a block, or between backticks on one line. */
  readonly isCode: boolean;
}

/**
 * A block is closed by a run at least as long as the one that opened it. Code within a line ends
 * with the line: a stray backtick must not turn all that follows into code. What is asked right
 * after backticks counts them as a whole run.
 */
export const createCodeTracker = (): CodeTracker => {
  let run = 0; // backticks at the end of what was pushed
  let fence = 0; // length of the run that opened the block
  let inline = 0; // length of the run that opened code within the line

  const settle = (): void => {
    if (fence > 0) fence = run >= fence ? 0 : fence;
    else if (run >= 3) [fence, inline] = [run, 0];
    else if (run > 0) inline = inline === 0 ? run : inline === run ? 0 : inline;
    run = 0;
  };

  return {
    push: (text) => {
      for (const [piece] of text.matchAll(/`+|\n|[^`\n]+/g)) {
        if (piece.startsWith('`')) {
          run += piece.length;
          continue;
        }
        settle();
        if (piece === '\n') inline = 0;
      }
    },
    get isFenced() {
      if (run > 0) settle();
      return fence > 0;
    },
    get isCode() {
      if (run > 0) settle();
      return fence > 0 || inline > 0;
    },
  };
};
