import { formatText } from './format.ts';
import { type JsonOptions, toJson } from './json.ts';
import { plain } from './shadow.ts';
import { capitalise, charactersOf, indent, join, mapLetters, replace, strip, titleCase } from './strings.ts';
import {
  isEqual,
  isMissing,
  isTrue,
  list,
  listIn,
  map,
  mapIn,
  missing,
  text,
  textIn,
  type Value,
  whole,
  wholeIn,
  withMembers,
} from './values.ts';

/** How a filter is called. */
export type FilterCall = {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** Another filter, or a test, for those that take their names. */
  readonly filter: (name: string, value: Value, positional: readonly Value[]) => Value;
  readonly test: (name: string, value: Value, positional: readonly Value[]) => boolean;
  /** How a value is printed. */
  readonly print: (value: Value) => string;
};

type Filter = (value: Value, call: FilterCall) => Value;

/** An argument by its place or its name. */
const argument = (call: FilterCall, place: number, name: string): Value | undefined =>
  call.positional[place] ?? call.named.get(name);

const onText =
  (change: (string: string, call: FilterCall) => string): Filter =>
  (value, call) =>
    text(change(call.print(value), call));

/** What a loop goes through: entries, keys or characters. */
export const entriesOf = (value: Value): readonly Value[] => {
  const entries = listIn(value);
  if (entries) return entries;
  const members = mapIn(value);
  if (members) return [...members.keys()].map(text);
  const string = textIn(value);
  if (string !== undefined) return charactersOf(string).map(text);
  if (isMissing(value)) return [];
  throw new Error(`there is nothing to go through in a ${value.type}`);
};

/** `a.b.0` of a value. */
const attributeOf = (value: Value, path: string): Value => {
  let found: Value = value;
  for (const step of path.split('.'))
    found = mapIn(found)?.get(step) ?? listIn(found)?.[/^\d+$/.test(step) ? Number(step) : Number.NaN] ?? missing();
  return found;
};

const attributeName = (value: Value | undefined): string | undefined =>
  textIn(value) ?? (wholeIn(value) === undefined ? undefined : String(wholeIn(value)));

const tojson: Filter = (value, call) => {
  const separators = listIn(argument(call, 3, 'separators'))?.map((one) => textIn(one) ?? '');
  const spaces = wholeIn(argument(call, 0, 'indent'));
  const options: JsonOptions = {
    ...(spaces !== undefined && { indent: spaces }),
    ...(call.named.get('ensure_ascii')?.value === true && { ensureAscii: true }),
    ...(call.named.get('sort_keys')?.value === true && { sortKeys: true }),
    ...(separators?.length === 2 && { separators: [separators[0] ?? '', separators[1] ?? ''] as const }),
  };
  return text(toJson(value, options));
};

/** Keeps or drops entries by a test, or by whether they are true. */
const choosing =
  (isKept: boolean, hasAttribute: boolean): Filter =>
  (value, call) => {
    const path = hasAttribute ? call.positional[0] : undefined;
    const [name, ...rest] = hasAttribute ? call.positional.slice(1) : call.positional;
    return list(
      entriesOf(value).filter((entry) => {
        const subject = path === undefined ? entry : attributeOf(entry, attributeName(path) ?? '');
        const test = textIn(name);
        return (test === undefined ? isTrue(subject) : call.test(test, subject, rest)) === isKept;
      }),
    );
  };

const mapping: Filter = (value, call) => {
  const path = attributeName(call.named.get('attribute'));
  const [name, ...rest] = call.positional;
  return list(
    entriesOf(value).map((entry) => {
      if (path === undefined) return call.filter(textIn(name) ?? '', entry, rest);
      const found = attributeOf(entry, path);
      return isMissing(found) ? (call.named.get('default') ?? found) : found;
    }),
  );
};

const length: Filter = (value) => {
  const string = textIn(value);
  if (string !== undefined) return whole(plain(string).length);
  return whole(mapIn(value)?.size ?? entriesOf(value).length);
};

/** Pairs of what entries have in common and these entries, sorted by the former; letters' case makes no difference. */
const groupby: Filter = (value, call) => {
  const path = attributeName(argument(call, 0, 'attribute'));
  if (path === undefined) throw new Error('groupby needs an attribute');
  const isCaseSensitive = argument(call, 2, 'case_sensitive')?.value === true;
  const groups = new Map<unknown, { readonly shown: Value; readonly entries: Value[] }>();
  for (const entry of entriesOf(value)) {
    const found = attributeOf(entry, path);
    const shown = isMissing(found) ? (argument(call, 1, 'default') ?? found) : found;
    const string = textIn(shown);
    const key = string === undefined ? shown.value : isCaseSensitive ? plain(string) : plain(string).toLowerCase();
    const group = groups.get(key) ?? { shown, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  const isBefore = (one: unknown, other: unknown): boolean =>
    typeof one === 'number' && typeof other === 'number' ? one < other : String(one) < String(other);
  return list(
    [...groups]
      .toSorted(([one], [other]) => (isBefore(one, other) ? -1 : isBefore(other, one) ? 1 : 0))
      .map(([, { shown, entries }]) =>
        withMembers(
          list([shown, list(entries)]),
          new Map([
            ['grouper', shown],
            ['list', list(entries)],
          ]),
        ),
      ),
  );
};

/**
 * The filters that look into strings, those the library lacks, and those that could make something
 * very large. All others are the library's.
 */
const filters: Readonly<Record<string, Filter>> = {
  tojson,
  length,
  count: length,
  trim: onText((string, call) => strip(string, textIn(argument(call, 0, 'chars')))),
  upper: onText((string) => mapLetters(string, (part) => part.toUpperCase())),
  lower: onText((string) => mapLetters(string, (part) => part.toLowerCase())),
  capitalize: onText(capitalise),
  title: onText(titleCase),
  string: onText((string) => string),
  safe: (value) => value,
  replace: onText((string, call) => {
    const [old, by] = [textIn(argument(call, 0, 'old')), textIn(argument(call, 1, 'new'))];
    if (old === undefined || by === undefined) throw new Error('replace needs two strings');
    return replace(string, plain(old), by, wholeIn(argument(call, 2, 'count')) ?? Number.POSITIVE_INFINITY);
  }),
  indent: onText((string, call) =>
    indent(
      string,
      textIn(argument(call, 0, 'width')) ?? wholeIn(argument(call, 0, 'width')) ?? 4,
      argument(call, 1, 'first')?.value === true,
      argument(call, 2, 'blank')?.value === true,
    ),
  ),
  join: (value, call) => {
    const path = attributeName(argument(call, 1, 'attribute'));
    const parts = entriesOf(value).map((entry) => call.print(path === undefined ? entry : attributeOf(entry, path)));
    return text(join(parts, textIn(argument(call, 0, 'd')) ?? ''));
  },
  default: (value, call) =>
    isMissing(value) || (argument(call, 1, 'boolean')?.value === true && !isTrue(value))
      ? (argument(call, 0, 'default_value') ?? text(''))
      : value,
  list: (value) => list(entriesOf(value)),
  first: (value) => entriesOf(value)[0] ?? missing(),
  last: (value) => entriesOf(value).at(-1) ?? missing(),
  reverse: (value) =>
    textIn(value) === undefined
      ? list(entriesOf(value).toReversed())
      : text(join(charactersOf(textIn(value) ?? '').toReversed(), '')),
  unique: (value) => {
    const kept: Value[] = [];
    for (const entry of entriesOf(value)) if (!kept.some((one) => isEqual(one, entry))) kept.push(entry);
    return list(kept);
  },
  items: (value) => list([...(mapIn(value) ?? [])].map(([key, entry]) => list([text(key), entry]))),
  select: choosing(true, false),
  reject: choosing(false, false),
  selectattr: choosing(true, true),
  rejectattr: choosing(false, true),
  map: mapping,
  format: (value, call) =>
    text(formatText(textIn(value) ?? call.print(value), call.named.size > 0 ? [map(call.named)] : call.positional)),
  groupby,
};

const aliases: Readonly<Record<string, string>> = { d: 'default' };

/** One of our filters, or undefined for one of the library's. */
export const filterNamed = (name: string): Filter | undefined => {
  const known = aliases[name] ?? name;
  return Object.hasOwn(filters, known) ? filters[known] : undefined;
};

/** A mapping made by `dict(a=1)` in a template. */
export const dictOf = (positional: readonly Value[], named: ReadonlyMap<string, Value>): Value =>
  map(new Map([...(mapIn(positional[0]) ?? []), ...named]));
