export type CleanAnswerOptions = {
  /** The persona's name: an answer that begins with `Name:` loses that. */
  readonly name?: string;
  /** False while the answer still grows: an ending that may turn out to be hidden is held back. */
  readonly isComplete: boolean;
  /** Whether `<think>…</think>` stays in. [false] */
  readonly showsThoughts?: boolean;
};

/** What opens a thought, and what closes it. */
const thoughts: Readonly<Record<string, string>> = {
  '<think>': '</think>',
  '<thinking>': '</thinking>',
  '<thought>': '</thought>',
};
const fixedMarkers = [
  ...['<s>', '</s>', '[INST]', '[/INST]', '<<SYS>>', '<</SYS>>', '<start_of_turn>', '<end_of_turn>', '<bos>', '<eos>'],
  ...Object.keys(thoughts),
  ...Object.values(thoughts),
];
/** `<|im_end|>` and its many kin (some models use a wide bar, and a low block as space), and the fixed ones. */
const marker = new RegExp(`<(\\||｜)[\\w▁]{1,40}\\1>|${fixedMarkers.map((text) => RegExp.escape(text)).join('|')}`, 'g');
const barMarkerBeginning = /^<(?:(\||｜)(?:[\w▁]{1,40}\1?)?)?$/;
const markerCharactersMax = 48;

/**
 * What people see of a model's answer: without markers that it wrote out as text although they are
 * meant as control tokens, without its thoughts (`<think>…</think>` at the beginning of a line,
 * closed or not), without its own name in front, trimmed.
 * Takes the whole answer so far. What it gives for the beginning of an answer (with `isComplete` false)
 * is the beginning of what it gives for all of it, so nothing that was shown is ever taken back.
 */
export const cleanAnswer = (answer: string, options: CleanAnswerOptions): string =>
  withoutName(withoutMarkers(answer, options).trimStart(), options).trimEnd();

const withoutMarkers = (answer: string, { isComplete, showsThoughts = false }: CleanAnswerOptions): string => {
  let visible = '';
  let at = 0;
  let struck = 0; // how many <s> wait for their </s>: in HTML they strike text through
  for (const found of answer.matchAll(marker)) {
    if (found.index < at) continue; // within a thought
    visible += answer.slice(at, found.index);
    at = found.index + found[0].length;
    const closing = thoughts[found[0]];
    if (found[0] === '<s>' && visible.trim() !== '') {
      struck += 1;
      visible += found[0];
    } else if (found[0] === '</s>' && struck > 0) {
      struck -= 1;
      visible += found[0];
    } else if (showsThoughts ? isThoughtMarker(found[0]) : closing !== undefined && !isLineStart(visible)) {
      visible += found[0];
    } else if (closing !== undefined) {
      const end = answer.indexOf(closing, at);
      if (end < 0) return visible;
      at = end + closing.length;
    }
  }
  const rest = answer.slice(at);
  return visible + (isComplete ? rest : rest.slice(0, rest.length - heldBack(rest)));
};

const isThoughtMarker = (text: string): boolean => Object.entries(thoughts).flat().includes(text);

const isLineStart = (visible: string): boolean =>
  /(?:^|\n)[ \t]*$/.test(visible.slice(-40)) && !/^[ \t]{40}/.test(visible.slice(-40));

/** How many characters at the end may be the beginning of a marker. */
const heldBack = (text: string): number => {
  const end = text.slice(-markerCharactersMax);
  for (const { index } of end.matchAll(/[<[]/g)) {
    const rest = end.slice(index);
    if (barMarkerBeginning.test(rest) || fixedMarkers.some((whole) => whole.startsWith(rest))) return rest.length;
  }
  return 0;
};

const withoutName = (text: string, { name, isComplete }: CleanAnswerOptions): string => {
  if (name === undefined || name === '') return text;
  const labels = [`${name}:`, `${name} :`, `**${name}:**`, `**${name}**:`, `*${name}:*`, `[${name}]:`];
  const beginning = text.slice(0, name.length + 8).toLowerCase();
  const found = labels.find((label) => beginning.startsWith(label.toLowerCase()));
  if (found !== undefined) return text.slice(found.length).trimStart();
  const isUndecided = !isComplete && labels.some((label) => label.toLowerCase().startsWith(beginning));
  return isUndecided ? '' : text;
};
