import { StringDecoder } from 'node:string_decoder';

/** A line of input; `isCut` when it was longer than allowed and its rest is left out. */
export type InputLine = { readonly text: string; readonly isCut: boolean };

/**
 * The input as lines without their ends (`\n` or `\r\n`) and without a byte order mark. Reads no
 * further than it is asked for, and keeps one line at most, of which it keeps only what is allowed.
 * @param charactersMax in UTF-16 units.
 */
export async function* readLines(input: AsyncIterable<Buffer | string>, charactersMax: number): AsyncGenerator<InputLine> {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let isFirst = true;

  const add = (text: string): void => {
    // One more than allowed: it is the `\r` of the line's end, or shows that the line is too long.
    line += text.slice(0, Math.max(0, charactersMax + 1 - line.length));
  };
  const take = (): InputLine => {
    const whole = (isFirst ? line.replace(/^\ufeff/, '') : line).replace(/\r$/, '');
    line = '';
    isFirst = false;
    const isCut = whole.length > charactersMax;
    return { text: isCut ? whole.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '') : whole, isCut };
  };

  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      add(text.slice(start, end));
      start = end + 1;
      yield take();
    }
    add(text.slice(start));
  }
  add(decoder.end());
  if (line !== '') yield take();
}
