import type { PromptSegment } from '../../../../core/prompt.ts';

/**
 * How texts go through a chat template without becoming markup: every UTF-16 unit of a text stands
 * as one private-use character of plane 15, or of plane 16 for the system prompt. Whatever a
 * template does with it (cutting, joining, repeating, dropping), what comes out can be told from
 * the template's own characters, one by one. String operations that look inside see the real text.
 */
export type Shade = 'text' | 'system';

/** The high surrogate of each shade's first character; the low one follows the unit's last 10 bits. */
const firstHigh = { text: 0xdb80, system: 0xdbc0 } as const;
const shadedHigh = /[\udb80-\udbff]/;

const fromUnits = (units: Uint16Array): string =>
  Buffer.from(units.buffer, units.byteOffset, units.byteLength).toString('utf16le');

/** A text in private-use characters. */
export const shade = (text: string, as: Shade): string => {
  const units = new Uint16Array(text.length * 2);
  const high = firstHigh[as];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    units[index * 2] = high + (unit >> 10);
    units[index * 2 + 1] = 0xdc00 + (unit & 0x3ff);
  }
  return fromUnits(units);
};

/** True if any of it is shaded. */
export const isShaded = (text: string): boolean => shadedHigh.test(text);

/** A piece of a string: shaded, or the template's own. */
export type Run = { readonly shade: Shade | undefined; readonly text: string };

/** The pieces of a string, in order, with the real texts. */
export const runsOf = (string: string): readonly Run[] => {
  if (!isShaded(string)) return string === '' ? [] : [{ shade: undefined, text: string }];
  const runs: Run[] = [];
  const units = new Uint16Array(string.length);
  let length = 0;
  let current: Shade | undefined;
  const flush = (): void => {
    if (length > 0) runs.push({ shade: current, text: fromUnits(units.subarray(0, length)) });
    length = 0;
  };
  for (let index = 0; index < string.length; index++) {
    const unit = string.charCodeAt(index);
    const low = unit >= 0xdb80 && unit <= 0xdbff ? string.charCodeAt(index + 1) : Number.NaN;
    const isPair = low >= 0xdc00 && low <= 0xdfff;
    const shadeHere = !isPair ? undefined : unit >= firstHigh.system ? 'system' : 'text';
    if (shadeHere !== current) flush();
    current = shadeHere;
    units[length++] = isPair ? ((unit & 0x3f) << 10) | (low & 0x3ff) : unit;
    if (isPair) index++;
  }
  flush();
  return runs;
};

/** The real text. */
export const plain = (string: string): string =>
  isShaded(string)
    ? runsOf(string)
        .map((run) => run.text)
        .join('')
    : string;

/** The runs as one string again. */
export const fromRuns = (runs: readonly Run[]): string =>
  runs.map((run) => (run.shade === undefined ? run.text : shade(run.text, run.shade))).join('');

/** A string with its real text, and the way to cut it by positions in that. */
export type View = {
  readonly plain: string;
  /** The part between two positions of `plain`, shaded as it was. */
  cut(from: number, to?: number): string;
  /** How the character at a position of `plain` is shaded. */
  shadeAt(position: number): Shade | undefined;
};

export const viewOf = (string: string): View => {
  if (!isShaded(string)) return { plain: string, cut: (from, to) => string.slice(from, to), shadeAt: () => undefined };
  const runs = runsOf(string);
  const text = runs.map((run) => run.text).join('');
  // Where each position of the real text stands in the shaded one.
  const offsets = new Uint32Array(text.length + 1);
  const shades: (Shade | undefined)[] = [];
  let [position, offset] = [0, 0];
  for (const run of runs)
    for (let index = 0; index < run.text.length; index++) {
      offsets[position] = offset;
      shades[position++] = run.shade;
      offset += run.shade === undefined ? 1 : 2;
    }
  offsets[position] = offset;
  const offsetOf = (at: number): number => offsets[Math.min(Math.max(at, 0), text.length)] ?? 0;
  return {
    plain: text,
    cut: (from, to = text.length) => string.slice(offsetOf(from), offsetOf(to)),
    shadeAt: (at) => shades[at],
  };
};

/** What a template wrote, as segments: shaded characters are text, all others control. */
export const toSegments = (output: string): readonly PromptSegment[] =>
  runsOf(output).map((run) => ({ kind: run.shade === undefined ? 'control' : 'text', text: run.text }));
