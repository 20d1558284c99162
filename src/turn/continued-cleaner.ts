import { type AnswerCleaner, type AnswerCleanerOptions, createAnswerCleaner } from '../reply/index.ts';

/**
 * Cleans what continues an answer; its texts begin with `open`, which stays exactly as it is, and
 * with an answer that is not continued it is the ordinary cleaner. White space between the two is
 * the model's. Cleaning both together would not do: people may have edited the beginning, and what
 * they wrote is no marker of the model's.
 */
export const createContinuedCleaner = ({
  open = '',
  ...options
}: AnswerCleanerOptions & { readonly open?: string }): AnswerCleaner => {
  const cleaner = createAnswerCleaner(options);
  if (open === '') return cleaner;
  const before = standIn(open);
  const visible = before.trimEnd();
  const behind = (text: string): string => open + (text.startsWith(visible) ? text.slice(before.length) : text);
  cleaner.push(before);
  return {
    push: (delta) => behind(cleaner.push(delta)),
    end: () => {
      const { shown, remembered } = cleaner.end();
      return { shown: behind(shown), remembered: behind(remembered) };
    },
    get isOver() {
      return cleaner.isOver;
    },
  };
};

/** Word joiners: text that is visible to the cleaner, and with which no name and no marker begins. */
const someText = '\u2060\u2060';

/** What puts the cleaner in the state in which the beginning leaves it: in code or not, in a line or at the start of one. */
const standIn = (open: string): string => {
  const [white = ''] = /\s*$/.exec(open) ?? [];
  return openFence(open) + someText + white;
};

/** The line that opens the code block in which a text ends, `''` when it ends in none. */
const openFence = (text: string): string => {
  let fence = '';
  for (const [run] of text.matchAll(/`{3,}/g)) {
    if (fence === '') fence = run;
    else if (run.length >= fence.length) fence = '';
  }
  return fence === '' ? '' : `${fence}\n`;
};
