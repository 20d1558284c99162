import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { inEnglish, type Sentence, sentence } from '../core/sentence.ts';
import { measureJson } from '../text/measure-json.ts';

/** A group of names and values from a file. */
export type Fields = Readonly<Record<string, unknown>>;

/** A file that can't be used, with a sentence for whoever brought it. */
export const badLorebook = (said: Sentence, cause?: unknown): PaddockError =>
  new PaddockError('bad-input', `lorebook: ${inEnglish(said)}`, { userText: said, cause });

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own property; never one that every object inherits. */
export const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/**
 * A copy of a parsed JSON value that is safe to keep: no `__proto__`, bounded in depth and size.
 * Throws a `PaddockError` (`bad-input`) where it goes beyond.
 */
export const cleanValue = (value: unknown): unknown => {
  let valuesLeft: number = bounds.lorebook.valuesMax;
  const copy = (inner: unknown, depth: number): unknown => {
    valuesLeft -= 1;
    if (valuesLeft < 0) throw badLorebook(sentence('bookTooManyValues'));
    if (depth > bounds.lorebook.depthMax) throw badLorebook(sentence('bookTooDeep'));
    if (typeof inner === 'string') return inner.toWellFormed();
    if (inner === null || typeof inner === 'number' || typeof inner === 'boolean') return inner;
    if (Array.isArray(inner)) return inner.map((item) => copy(item, depth + 1));
    if (typeof inner !== 'object') return null;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([name]) => name !== '__proto__')
        .map(([name, item]) => [name, copy(item, depth + 1)]),
    );
  };
  return copy(value, 0);
};

/** The same for a value that nobody else has: it is made safe in its place, which takes no memory. */
const cleanInPlace = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const name in fields) {
    const inner = fields[name];
    if (name === '__proto__') delete fields[name];
    else if (typeof inner === 'object') cleanInPlace(inner);
    else if (typeof inner === 'string' && !inner.isWellFormed()) fields[name] = inner.toWellFormed();
  }
  return value;
};

/** Parses JSON from anywhere, bounded in depth and size, and safe to keep; a sentence instead of a syntax error. */
export const parseJson = (text: string): unknown => {
  if (text.length > bounds.lorebook.fileBytesMax) {
    throw badLorebook(sentence('bookTooLarge', { megabytes: bounds.lorebook.fileBytesMax / 1_000_000 }));
  }
  const max = { values: bounds.lorebook.valuesMax, depth: bounds.lorebook.depthMax };
  const { values, depth } = measureJson(text, max);
  if (depth > max.depth) throw badLorebook(sentence('bookTooDeep'));
  if (values > max.values) throw badLorebook(sentence('bookTooManyValues'));
  try {
    return cleanInPlace(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch (error) {
    throw badLorebook(sentence('bookNotJson'), error);
  }
};
