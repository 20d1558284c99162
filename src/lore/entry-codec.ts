import { isDeepStrictEqual } from 'node:util';
import { type LoreEntry, loreEntryDefaults } from '../core/lorebook.ts';
import { type Fields, isFields, own } from './clean-value.ts';
import {
  codecOf,
  defaultOf,
  draftFields,
  type FieldRow,
  type FieldsDraft,
  fieldRows,
  readPlace,
  sourceRows,
} from './entry-fields.ts';

type Format = 'world' | 'card';

/** Where fields of the other format travel along, so that a book can go from one to the other and back. */
const travelling = '+paddock';

/** Says that the keys are bare patterns, where the format itself can't say it clearly. */
const patternMark = '+keys_are_patterns';

const idPlace = (format: Format): string => (format === 'world' ? 'uid' : 'id');

const placeOf = (row: { readonly world: string; readonly card: string }, format: Format): string =>
  format === 'world' ? row.world : row.card;

/**
 * Reads an entry.
 * @param problem called with a field's name where it holds nothing that has a meaning; the default is taken then
 */
export const decodeEntry = (
  fields: Fields,
  format: Format,
  id: string,
  problem: (field: string) => void = () => {},
): LoreEntry => {
  // An object that got its many names one by one would take five times the memory.
  const values: Record<string, unknown> = { id, ...loreEntryDefaults };
  for (const row of fieldRows) {
    const place = placeOf(row, format);
    const raw = rawOf(fields, row, format);
    const value = raw === undefined || raw === null ? undefined : codecOf(row, format).read(raw);
    if (value === undefined && raw !== undefined && raw !== null && raw !== '') problem(place.replace('+', 'extensions.'));
    const chosen = value ?? defaultOf(row.name, format);
    if (chosen !== undefined) values[row.name] = chosen;
  }
  if (values.title === '' && format === 'card') values.title = textOf(own(fields, 'name'));
  values.keysArePatterns =
    readPlace(fields, patternMark) === true || (format === 'card' && own(fields, 'use_regex') === true && !isSillyTavern(fields));
  values.sources = sourceRows.filter((row) => readPlace(fields, placeOf(row, format)) === true).map((row) => row.source);
  values.origin = { format, fields };
  // Every name was set above from its own codec or default.
  return values as unknown as LoreEntry;
};

/** SillyTavern marks all entries of its cards `use_regex`, meaning that keys in slashes work: the mark says nothing there. */
const isSillyTavern = (fields: Fields): boolean =>
  readPlace(fields, '+selectiveLogic') !== undefined || readPlace(fields, '+useProbability') !== undefined;

/** Two fields of cards have an older place besides the one in `extensions`. */
const rawOf = (fields: Fields, row: FieldRow, format: Format): unknown => {
  const raw = readPlace(fields, placeOf(row, format));
  if (format === 'world' || (raw !== undefined && raw !== null)) return raw;
  if (row.name === 'isCaseSensitive') return own(fields, 'case_sensitive') ?? undefined;
  if (row.name !== 'position') return raw;
  const position = own(fields, 'position');
  return position === 'after_char' ? 1 : position === 'before_char' ? 0 : raw;
};

/**
 * Writes an entry in a format. One that was read in this format comes out as it went in, field by field, but
 * for what was changed since; what a format has no place for travels along under `extensions`.
 */
export const encodeEntry = (entry: LoreEntry, format: Format, index: number): Fields => {
  const origin = entry.origin;
  const isSame = origin?.format === format;
  const before = isSame ? decodeEntry(origin.fields, format, entry.id) : undefined;
  const draft = draftFields(isSame ? origin.fields : (travelled(origin?.fields, format) ?? {}));
  if (!isSame) draft.set(idPlace(format), /^\d{1,9}$/.test(entry.id) ? Number(entry.id) : format === 'card' ? entry.id : index);
  for (const row of fieldRows) {
    const value = entry[row.name];
    if (before !== undefined && isDeepStrictEqual(before[row.name], value)) continue;
    if (value === undefined && before === undefined && !absentIsNull.has(row.name)) continue;
    draft.set(placeOf(row, format), value === undefined ? null : codecOf(row, format).write(value));
  }
  for (const row of sourceRows) {
    const isOn = entry.sources.includes(row.source);
    if (before?.sources.includes(row.source) !== isOn) draft.set(placeOf(row, format), isOn);
  }
  if (format === 'card') writeTwice(draft, entry, before);
  if ((before?.keysArePatterns ?? false) !== entry.keysArePatterns) {
    draft.set(patternMark, entry.keysArePatterns);
    if (format === 'card') draft.set('use_regex', entry.keysArePatterns);
  }
  if (origin !== undefined && !isSame) {
    const rest = leftover(origin.fields, origin.format);
    if (Object.keys(rest).length > 0) draft.set(travelling, { format: origin.format, fields: rest });
  }
  return draft.done();
};

const absentIsNull: ReadonlySet<string> = new Set(['scanDepth', 'isCaseSensitive', 'matchesWholeWords', 'usesGroupScore']);

/** What cards say twice, for programs that know only the specification. */
const writeTwice = (draft: FieldsDraft, entry: LoreEntry, before: LoreEntry | undefined): void => {
  if (before?.position !== entry.position) draft.set('position', entry.position === 'before' ? 'before_char' : 'after_char');
  if (before === undefined || before.isCaseSensitive !== entry.isCaseSensitive) {
    if (entry.isCaseSensitive === undefined) draft.clear('case_sensitive');
    else draft.set('case_sensitive', entry.isCaseSensitive);
  }
  // As SillyTavern does: keys in slashes are regular expressions.
  if (before === undefined) draft.set('use_regex', true);
};

/** The fields of the other format that came along. */
const travelled = (fields: Fields | undefined, format: Format): Fields | undefined => {
  const parcel = fields === undefined ? undefined : readPlace(fields, travelling);
  if (!isFields(parcel) || own(parcel, 'format') !== format) return undefined;
  const inner = own(parcel, 'fields');
  return isFields(inner) ? inner : undefined;
};

/** What of an entry has no place in the other format. */
const leftover = (fields: Fields, format: Format): Fields => {
  const draft = draftFields(fields);
  const also = format === 'card' ? ['position', 'case_sensitive', 'use_regex'] : [];
  for (const row of [...fieldRows, ...sourceRows]) draft.clear(placeOf(row, format));
  for (const place of [idPlace(format), travelling, patternMark, ...also]) draft.clear(place);
  const rest = draft.done();
  const { extensions, ...others } = rest;
  return isFields(extensions) && Object.keys(extensions).length === 0 ? others : rest;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
