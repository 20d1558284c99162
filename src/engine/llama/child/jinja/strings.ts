import { bounds } from '../../../../core/bounds.ts';
import { fromRuns, plain, runsOf, shade, type View, viewOf } from './shadow.ts';
import {
  callable,
  flag,
  list,
  listIn,
  splitArguments,
  text,
  textIn,
  tooLong,
  tooMany,
  type Value,
  whole,
  wholeIn,
} from './values.ts';

/** Python's white space, which `\s` nearly is. */
const isSpace = (character: string): boolean => /[^\S\ufeff]|[\x1c-\x1f\x85]/.test(character);

/** Cuts white space, or the given characters, off the ends of a string. */
export const strip = (string: string, characters?: string, ends: 'both' | 'left' | 'right' = 'both'): string => {
  const view = viewOf(string);
  const isCut = (character: string): boolean => (characters === undefined ? isSpace(character) : characters.includes(character));
  let [from, to] = [0, view.plain.length];
  if (ends !== 'right') while (from < to && isCut(view.plain.charAt(from))) from++;
  if (ends !== 'left') while (to > from && isCut(view.plain.charAt(to - 1))) to--;
  return view.cut(from, to);
};

/** The positions of a text in another, not overlapping, at most `most`. */
const positions = (inside: string, sought: string, most: number): readonly number[] => {
  const found: number[] = [];
  for (let at = inside.indexOf(sought); at !== -1 && found.length < most; at = inside.indexOf(sought, at + sought.length)) {
    if (found.length >= bounds.chatTemplate.listEntriesMax) throw tooMany();
    found.push(at);
  }
  return found;
};

const split = (string: string, separator: string | undefined, most: number): readonly string[] => {
  const view = viewOf(string);
  if (separator === undefined) return splitAtSpace(view, most);
  if (separator === '') throw new Error('empty separator');
  let from = 0;
  const parts: string[] = [];
  for (const at of positions(view.plain, separator, most)) {
    parts.push(view.cut(from, at));
    from = at + separator.length;
  }
  return [...parts, view.cut(from)];
};

const splitAtSpace = (view: View, most: number): readonly string[] => {
  const parts: string[] = [];
  for (const { 0: word, index } of view.plain.matchAll(/\S+/g)) {
    if (parts.length >= bounds.chatTemplate.listEntriesMax) throw tooMany();
    if (parts.length >= most) return [...parts, strip(view.cut(index), undefined, 'right')];
    parts.push(view.cut(index, index + word.length));
  }
  return parts;
};

const splitFromRight = (string: string, separator: string | undefined, most: number): readonly string[] => {
  if (separator === undefined || separator === '') return split(string, separator, Number.POSITIVE_INFINITY);
  const view = viewOf(string);
  const found = positions(view.plain, separator, Number.POSITIVE_INFINITY);
  const taken = found.slice(Math.max(0, found.length - most));
  const starts = [0, ...taken.map((at) => at + separator.length)];
  return starts.map((from, index) => view.cut(from, taken[index]));
};

/** What takes the place of a text is text, too: nobody can type something that a template turns into markup. */
export const replace = (string: string, old: string, by: string, most = Number.POSITIVE_INFINITY): string => {
  if (old === '') return string;
  const view = viewOf(string);
  const found = positions(view.plain, old, most);
  if (string.length + found.length * by.length * 2 > bounds.chatTemplate.stringUnitsMax) throw tooLong();
  let from = 0;
  const parts: string[] = [];
  for (const at of found) {
    const as = view.shadeAt(at);
    parts.push(view.cut(from, at), as === undefined ? by : shade(plain(by), as));
    from = at + old.length;
  }
  return [...parts, view.cut(from)].join('');
};

/** Joins with a bound. */
export const join = (parts: readonly string[], between: string): string => {
  const length = parts.reduce((sum, part) => sum + part.length + between.length, 0);
  if (length > bounds.chatTemplate.stringUnitsMax) throw tooLong();
  return parts.join(between);
};

/** Changes letters and nothing else, so that what is shaded stays so. */
export const mapLetters = (string: string, change: (part: string, isFirst: boolean) => string): string =>
  fromRuns(runsOf(string).map((run, index) => ({ shade: run.shade, text: change(run.text, index === 0) })));

export const capitalise = (string: string): string =>
  mapLetters(string, (part, isFirst) =>
    isFirst ? part.charAt(0).toUpperCase() + part.slice(1).toLowerCase() : part.toLowerCase(),
  );
export const titleCase = (string: string): string =>
  mapLetters(string, (part) => part.toLowerCase().replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1)));

/** Indents the lines after the first, as the filter does. */
export const indent = (string: string, width: number | string, first: boolean, blank: boolean): string => {
  const by = typeof width === 'string' ? width : ' '.repeat(Math.min(Math.max(width, 0), 1000));
  const lines = split(string, '\n', Number.POSITIVE_INFINITY);
  return join(
    lines.map((line, index) => ((index === 0 && !first) || (line === '' && !blank) ? line : by + line)),
    '\n',
  );
};

/** The characters of a string, each shaded as it was. */
export const charactersOf = (string: string): readonly string[] => {
  const view = viewOf(string);
  if (view.plain.length > bounds.chatTemplate.listEntriesMax) throw tooMany();
  const characters: string[] = [];
  let at = 0;
  for (const character of view.plain) {
    characters.push(view.cut(at, at + character.length));
    at += character.length;
  }
  return characters;
};

const words = (value: Value | undefined, what: string): string => {
  const given = textIn(value);
  if (given === undefined) throw new Error(`${what} must be a string`);
  return plain(given);
};

/** One or several texts to look for. */
const candidates = (value: Value | undefined, what: string): readonly string[] =>
  listIn(value)?.map((entry) => words(entry, what)) ?? [words(value, what)];

const texts = (parts: readonly string[]): Value => list(parts.map(text));

const limit = (value: Value | undefined): number => {
  const most = wholeIn(value) ?? -1;
  return most < 0 ? Number.POSITIVE_INFINITY : most;
};

type Method = (string: string, positional: readonly Value[], named: ReadonlyMap<string, Value>) => Value;

const isAll =
  (pattern: RegExp): Method =>
  (string) =>
    flag(pattern.test(plain(string)));
const stripping =
  (ends: 'both' | 'left' | 'right'): Method =>
  (string, [characters]) =>
    text(strip(string, textIn(characters) === undefined ? undefined : words(characters, 'strip'), ends));

/** Python's string methods, as far as templates use them. */
const methods: Readonly<Record<string, Method>> = {
  strip: stripping('both'),
  lstrip: stripping('left'),
  rstrip: stripping('right'),
  split: (string, [separator, most], named) =>
    texts(split(string, optional(separator ?? named.get('sep')), limit(most ?? named.get('maxsplit')))),
  rsplit: (string, [separator, most], named) =>
    texts(splitFromRight(string, optional(separator ?? named.get('sep')), limit(most ?? named.get('maxsplit')))),
  splitlines: (string) => {
    const lines = split(string, '\n', Number.POSITIVE_INFINITY);
    return texts(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
  },
  partition: (string, [separator]) => {
    const view = viewOf(string);
    const sought = words(separator, 'partition');
    const at = view.plain.indexOf(sought);
    return texts(at === -1 ? [string, '', ''] : [view.cut(0, at), sought, view.cut(at + sought.length)]);
  },
  startswith: (string, [prefix]) => flag(candidates(prefix, 'startswith').some((one) => plain(string).startsWith(one))),
  endswith: (string, [suffix]) => flag(candidates(suffix, 'endswith').some((one) => plain(string).endsWith(one))),
  replace: (string, [old, by, most], named) =>
    text(replace(string, words(old, 'replace'), textIn(by) ?? '', limit(most ?? named.get('count')))),
  removeprefix: (string, [prefix]) => {
    const sought = words(prefix, 'removeprefix');
    return text(plain(string).startsWith(sought) ? viewOf(string).cut(sought.length) : string);
  },
  removesuffix: (string, [suffix]) => {
    const [view, sought] = [viewOf(string), words(suffix, 'removesuffix')];
    return text(view.plain.endsWith(sought) ? view.cut(0, view.plain.length - sought.length) : string);
  },
  upper: (string) => text(mapLetters(string, (part) => part.toUpperCase())),
  lower: (string) => text(mapLetters(string, (part) => part.toLowerCase())),
  title: (string) => text(titleCase(string)),
  capitalize: (string) => text(capitalise(string)),
  find: (string, [sought]) => whole(plain(string).indexOf(words(sought, 'find'))),
  rfind: (string, [sought]) => whole(plain(string).lastIndexOf(words(sought, 'rfind'))),
  count: (string, [sought]) => whole(positions(plain(string), words(sought, 'count') || '\0', Number.POSITIVE_INFINITY).length),
  join: (string, [parts]) =>
    text(
      join(
        (listIn(parts) ?? []).map((part) => textIn(part) ?? ''),
        string,
      ),
    ),
  isdigit: isAll(/^\d+$/u),
  isalpha: isAll(/^\p{L}+$/u),
  isalnum: isAll(/^[\p{L}\p{N}]+$/u),
  isspace: isAll(/^\s+$/u),
};

const optional = (value: Value | undefined): string | undefined =>
  textIn(value) === undefined ? undefined : words(value, 'sep');

/** A string's method by its name; `length` is none, but some templates ask for it. */
export const stringMember = (string: string, name: string): Value | undefined => {
  if (name === 'length') return whole(plain(string).length);
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return (
    method &&
    callable((values) => {
      const { positional, named } = splitArguments(values);
      return method(string, positional, named);
    })
  );
};

/** `string[from:to:step]`, all optional, negative positions from the end. */
export const sliceString = (string: string, from: number | undefined, to: number | undefined, step: number): string => {
  const view = viewOf(string);
  if (step === 1) {
    const length = view.plain.length;
    const at = (position: number): number => (position < 0 ? Math.max(0, length + position) : Math.min(position, length));
    return view.cut(at(from ?? 0), Math.max(at(from ?? 0), at(to ?? length)));
  }
  const characters = charactersOf(string);
  return join(
    positionsOf(characters.length, from, to, step).map((at) => characters[at] ?? ''),
    '',
  );
};

/** The positions that a slice takes, as Python has it. */
export const positionsOf = (
  length: number,
  from: number | undefined,
  to: number | undefined,
  step: number,
): readonly number[] => {
  if (step === 0) throw new Error('slice step cannot be zero');
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + length : position, lowest), highest);
  const start = from === undefined ? (step > 0 ? 0 : length - 1) : clamp(from);
  const end = to === undefined ? (step > 0 ? length : -1) : clamp(to);
  const taken: number[] = [];
  for (let at = start; step > 0 ? at < end : at > end; at += step) taken.push(at);
  return taken;
};
