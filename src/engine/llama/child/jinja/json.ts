import { bounds } from '../../../../core/bounds.ts';
import { fromRuns, runsOf } from './shadow.ts';
import { BoundError, isMissing, isNone, listIn, mapIn, textIn, tooLong, type Value } from './values.ts';

/** How Python's `json.dumps` is asked to write. */
export type JsonOptions = {
  /** Spaces a level; without it all is on one line. */
  readonly indent?: number;
  readonly ensureAscii?: boolean;
  readonly sortKeys?: boolean;
  /** Between entries, and between key and value. */
  readonly separators?: readonly [string, string];
};

/** Deepest nesting that is written. */
const depthMax = 64;

/** A value as JSON in Python's spelling. What is shaded stays so, with its escapes. */
export const toJson = (value: Value, options: JsonOptions = {}): string => {
  const { indent } = options;
  if (indent !== undefined && (indent < 0 || indent > 32)) throw new BoundError('it indents JSON by more than 32 spaces');
  const [between, afterKey] = options.separators ?? [indent === undefined ? ', ' : ',', ': '];
  let length = 0;
  const count = (written: string): string => {
    length += written.length;
    if (length > bounds.chatTemplate.stringUnitsMax) throw tooLong();
    return written;
  };
  const enclose = (open: string, entries: readonly string[], close: string, depth: number): string => {
    if (entries.length === 0) return open + close;
    if (indent === undefined) return open + entries.join(between) + close;
    const line = (levels: number): string => `\n${' '.repeat(indent * levels)}`;
    return open + line(depth + 1) + entries.join(between + line(depth + 1)) + line(depth) + close;
  };
  const write = (entry: Value, depth: number): string => {
    if (depth > depthMax) throw new BoundError(`it writes JSON of more than ${depthMax} levels`);
    const text = textIn(entry);
    if (text !== undefined) return count(quote(text, options.ensureAscii ?? false));
    const entries = listIn(entry);
    if (entries)
      return enclose(
        '[',
        entries.map((one) => count(write(one, depth + 1))),
        ']',
        depth,
      );
    const members = mapIn(entry);
    if (members) {
      const keys = [...members.entries()];
      if (options.sortKeys) keys.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return enclose(
        '{',
        keys.map(([key, one]) => count(`${quote(key, options.ensureAscii ?? false)}${afterKey}${write(one, depth + 1)}`)),
        '}',
        depth,
      );
    }
    if (isNone(entry) || isMissing(entry)) return count('null');
    if (typeof entry.value === 'function') throw new Error('a function can not be written as JSON');
    return count(entry.type === 'FloatValue' ? entry.toString() : JSON.stringify(entry.value));
  };
  return write(value, 0);
};

const quote = (text: string, ensureAscii: boolean): string =>
  `"${fromRuns(runsOf(text).map((run) => ({ shade: run.shade, text: escapeText(run.text, ensureAscii) })))}"`;

const escapeText = (text: string, ensureAscii: boolean): string => {
  const escaped = JSON.stringify(text).slice(1, -1);
  return ensureAscii
    ? escaped.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : escaped;
};
