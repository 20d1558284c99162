export type RepetitionGuardOptions = {
  /** Longest piece whose repetition is found character by character, in UTF-16 units. [200] */
  readonly periodCharactersMax?: number;
  /** Most lines of a longer piece that is found line by line. [16] */
  readonly blockLinesMax?: number;
  /** Least length of what repeats, all repetitions together. [800] */
  readonly charactersMin?: number;
  /** Least number of repetitions of a piece, and of a block of lines longer than `periodCharactersMax`. [6, 4] */
  readonly repetitionsMin?: number;
  readonly blockRepetitionsMin?: number;
  /** How many times more of both it takes within a code block, where tables of equal values are no loop. [2] */
  readonly codeFactor?: number;
};

/** Tells when a model has run into an endless loop. */
export interface RepetitionGuard {
  /** Takes more of the raw answer. After the first `stop` it is always `stop`. */
  push(delta: string): 'go on' | 'stop';
  /** How much of everything pushed to keep, in UTF-16 units: all, or after `stop` up to the first or second repetition. */
  readonly keptCharacters: number;
}

/** Of a line only so many characters are compared, besides its length. */
const lineCharactersMax = 500;

/**
 * Finds the end of an answer repeating exactly: the same words, sentence or line with a period of up to
 * 200 characters, or the same block of lines (numbers of list items do not count) with any. For every
 * period it counts for how long each character was the one a period earlier, so its memory is
 * bounded, and its work for a character the same everywhere.
 */
export const createRepetitionGuard = (options: RepetitionGuardOptions = {}): RepetitionGuard => {
  const { periodCharactersMax = 200, blockLinesMax = 16, charactersMin = 800, repetitionsMin = 6 } = options;
  const { blockRepetitionsMin = 4, codeFactor = 2 } = options;
  const recent = new Uint16Array(periodCharactersMax); // the last characters, the one at `n` in `n % length`
  const runs = new Uint32Array(periodCharactersMax + 1); // by period: characters in a row like the one a period before
  let total = 0;
  let kept: number | undefined;

  let line = '';
  let lineLength = 0;
  let isFenced = false;
  type Line = { readonly key: string; readonly start: number };
  let lines: readonly Line[] = []; // the last ones that are not blank
  let lineStart = 0;
  const lineRuns: { lines: number; start: number }[] = Array.from({ length: blockLinesMax + 1 }, () => ({ lines: 0, start: 0 }));

  const factor = (): number => (isFenced ? codeFactor : 1);

  const takeCharacter = (unit: number): void => {
    const wanted = charactersMin * factor();
    const repetitions = repetitionsMin * factor();
    const periods = Math.min(total, periodCharactersMax);
    let found = 0;
    for (let period = 1; period <= periods; period += 1) {
      if (recent[(total - period) % periodCharactersMax] !== unit) runs[period] = 0;
      else {
        const length = (runs[period] ?? 0) + 1;
        runs[period] = length;
        if (found === 0 && length + period >= wanted && length >= period * (repetitions - 1)) found = period;
      }
    }
    recent[total % periodCharactersMax] = unit;
    total += 1;
    if (found > 0) kept = cutWithin(total - (runs[found] ?? 0), found);
  };

  /** The best end near the first repetition's: of a line, a sentence, a word. */
  const cutWithin = (end: number, period: number): number => {
    const unitAt = (at: number): number => recent[(total - 1 - ((total - 1 - at) % period)) % periodCharactersMax] ?? 0;
    const second = String.fromCharCode(...Array.from({ length: period + 1 }, (_, index) => unitAt(end - 1 + index)));
    const best = [/\n/, /[.!?…。！？]["'”’»)*_]*(?=\s)/, /\s/]
      .map((pattern) => pattern.exec(second))
      .find((match) => match !== null);
    const cut = best ? end - 1 + best.index + best[0].length : end;
    const isWithinPair = unitAt(cut) >>> 10 === 0x37 && unitAt(cut - 1) >>> 10 === 0x36;
    return isWithinPair ? cut + 1 : cut;
  };

  const takeLineEnd = (): void => {
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    const key = line.trim().replace(/^(?:\d+[.)]|[-*+])\s*/, '');
    if (key !== '') {
      const length = lineLength - (line.length - key.length);
      takeLine({ key: `${length} ${key}`, start: lineStart });
    }
    line = '';
    lineLength = 0;
    lineStart = total;
  };

  const takeLine = (next: Line): void => {
    for (const [period, run] of lineRuns.entries()) {
      if (period === 0) continue;
      if (lines.at(-period)?.key !== next.key) {
        run.lines = 0;
        continue;
      }
      // The first repetition begins here, so the block itself ends here.
      if (run.lines === 0) run.start = next.start;
      run.lines += 1;
      const blockCharacters = next.start - (lines.at(-period)?.start ?? next.start);
      const repetitions = (blockCharacters > periodCharactersMax ? blockRepetitionsMin : repetitionsMin) * factor();
      const isLong = total - run.start + blockCharacters >= charactersMin * factor();
      if (isLong && run.lines >= period * (repetitions - 1)) kept = Math.min(kept ?? total, run.start);
    }
    lines = [...lines.slice(1 - blockLinesMax), next];
  };

  return {
    push: (delta) => {
      for (let index = 0; index < delta.length && kept === undefined; index += 1) {
        const unit = delta.charCodeAt(index);
        takeCharacter(unit);
        if (unit === 10) takeLineEnd();
        else {
          lineLength += 1;
          if (line.length < lineCharactersMax) line += delta.charAt(index);
        }
      }
      return kept === undefined ? 'go on' : 'stop';
    },
    get keptCharacters() {
      return kept ?? total;
    },
  };
};
