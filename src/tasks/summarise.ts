/** What a summary is made of. */
export type SummaryTask = {
  /** The summary so far, which the new one replaces. */
  readonly former?: string;
  /** What was said since: `Name: text`. */
  readonly lines: readonly string[];
  readonly wordsMax: number;
};

/**
 * The summarisation task in the form that bagel models were trained for, which others understand as well: blocks of input, then
 * the instruction. What people said can't open or close a block.
 */
export const summaryPrompt = ({ former = '', lines, wordsMax }: SummaryTask): string => {
  const blocks = former.trim() === '' ? [lines.join('\n')] : [`Summary of what was said before:\n${former}`, lines.join('\n')];
  const what =
    blocks.length === 1
      ? 'Summarize the conversation in the input'
      : 'Summarize the summary and the conversation in the input as one';
  return [
    ...blocks.map((text) => `BEGININPUT\n${withoutMarkers(text).trim()}\nENDINPUT`),
    `BEGININSTRUCTION\n${what} in at most ${wordsMax} words. Keep names, what happened, what was decided or promised, and how people stand to each other. Write the summary only.\nENDINSTRUCTION`,
  ].join('\n');
};

/** A model's summary: without a heading, and no longer than was asked for, with some grace, at the end of a sentence where there is one. */
export const readSummary = (written: string, wordsMax: number): string => {
  const text = withoutMarkers(written)
    .replace(/^\s*(?:#+\s*)?(?:\*\*)?summary(?:\*\*)?\s*:(?:\*\*)?\s*/i, '')
    .trim();
  const words = [...text.matchAll(/\S+/g)];
  const next = words[Math.ceil(wordsMax * graceShare)];
  const cut = next === undefined ? text.slice(0, wordsMax * charactersPerWordMax) : text.slice(0, next.index);
  if (cut === text) return text;
  const [sentences = ''] = /^.*[.!?。！？]["”’)]?(?=\s|$)/su.exec(cut) ?? [];
  return (sentences.length > cut.length / 2 ? sentences : cut).toWellFormed().trim();
};

/** Models can't count words. */
const graceShare = 1.25;
/** For scripts without spaces between words. */
const charactersPerWordMax = 12;

const withoutMarkers = (text: string): string => text.replace(/\b(BEGIN|END)(?=INPUT|INSTRUCTION|CONTEXT)/g, '$1 ');
