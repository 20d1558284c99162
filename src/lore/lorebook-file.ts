import { stringify } from 'yaml';
import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import { type Lorebook, type LoreEntry, loreEntryDefaults } from '../core/lorebook.ts';
import { check } from '../text/check.ts';
import type { Mistake } from '../text/mistake.ts';
import { parseYaml } from '../text/parse-yaml.ts';
import { withoutInvisible } from '../text/without-invisible.ts';
import { cleanValue, type Fields } from './clean-value.ts';

const limits = bounds.lorebook;

const flag = z.boolean().meta({ expected: 'true or false' });
const line = z
  .string()
  .max(limits.titleCharactersMax)
  .meta({ expected: `a text of at most ${limits.titleCharactersMax} characters` });
const whole = z.int().min(0).max(limits.numberMax).meta({ expected: 'a whole number of at least 0' });
const anyNumber = z.number().min(-limits.numberMax).max(limits.numberMax).meta({ expected: 'a number' });
const list = z
  .array(
    z
      .string()
      .max(limits.keyCharactersMax)
      .meta({ expected: `a text of at most ${limits.keyCharactersMax} characters` }),
  )
  .max(limits.keysMax)
  .meta({ expected: `a list of at most ${limits.keysMax} texts` });
const oneOf = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  z.enum(names).meta({ expected: `one of ${names.join(', ')}` });
const origin = z
  .strictObject({ format: oneOf('world', 'card'), fields: z.record(z.string(), z.unknown()) })
  .meta({ expected: 'what an import put there' });

const entrySchema = z
  .strictObject({
    id: z.string().min(1).max(64).meta({ expected: 'a name of at most 64 characters' }).optional(),
    title: line,
    keys: list,
    secondaryKeys: list,
    isSelective: flag,
    secondaryLogic: oneOf('and-any', 'not-all', 'not-any', 'and-all'),
    keysArePatterns: flag,
    content: z
      .string()
      .max(limits.contentCharactersMax)
      .meta({ expected: `a text of at most ${limits.contentCharactersMax} characters` }),
    isEnabled: flag,
    isConstant: flag,
    order: anyNumber,
    priority: anyNumber,
    position: oneOf('before', 'after', 'note-top', 'note-bottom', 'depth', 'examples-top', 'examples-bottom', 'outlet'),
    depth: whole,
    role: oneOf('system', 'user', 'assistant'),
    outletName: line,
    scanDepth: whole,
    isCaseSensitive: flag,
    matchesWholeWords: flag,
    probability: z.number().min(0).max(100).meta({ expected: 'a number from 0 to 100' }),
    usesProbability: flag,
    group: line,
    groupOverride: flag,
    groupWeight: z.number().min(0).max(limits.numberMax).meta({ expected: 'a number of at least 0' }),
    usesGroupScore: flag,
    excludesRecursion: flag,
    preventsRecursion: flag,
    recursionLevel: whole,
    stickyMessages: whole,
    cooldownMessages: whole,
    delayMessages: whole,
    ignoresBudget: flag,
    sources: z.array(
      oneOf(
        'persona-description',
        'character-description',
        'character-personality',
        'character-note',
        'scenario',
        'creator-notes',
      ),
    ),
    characterFilter: z.strictObject({ names: list, tags: list, isExclude: flag }),
    triggers: list,
    origin,
  })
  .partial()
  .meta({ expected: 'an entry: `keys:` and `content:`, one under the other' });

const bookSchema = z
  .strictObject({
    name: line,
    description: line.optional(),
    scanDepth: whole.optional(),
    budgetTokens: whole.min(1).optional(),
    isRecursive: flag.optional(),
    entries: z
      .array(entrySchema)
      .max(limits.entriesMax)
      .meta({ expected: `a list of at most ${limits.entriesMax} entries` }),
    origin: origin.optional(),
  })
  .meta({ expected: 'a lorebook: `name:` and `entries:`, one under the other' });

/** A book in this project's own form, or all that is wrong with it, each with its place in the file. */
export type LorebookFile =
  | { readonly book: Lorebook; readonly mistakes?: never }
  | { readonly book?: never; readonly mistakes: readonly Mistake[] };

/**
 * Reads a lorebook in this project's own form. It is strict, so that a mistyped name is noticed.
 * @param id the file's name without extension
 * @param file the file as people name it
 */
export const parseLorebookFile = (text: string, id: string, file: string): LorebookFile => {
  const checked = check(parseYaml(text, file), bookSchema);
  if (checked.mistakes !== undefined) return { mistakes: checked.mistakes };
  const { entries, ...fields } = checked.value;
  const taken = new Set<string>();
  const mistakes: Mistake[] = [];
  const built = entries.map((entry, index): LoreEntry => {
    const entryId = entry.id ?? String(index);
    if (taken.has(entryId))
      mistakes.push({ file, path: `entries[${index}].id`, text: `${entryId} is another entry's id already` });
    taken.add(entryId);
    // Every field was checked; those that stand in the file replace the defaults.
    return { ...loreEntryDefaults, ...entry, ...originOf(entry.origin), id: entryId } as LoreEntry;
  });
  if (mistakes.length > 0) return { mistakes: mistakes.slice(0, bounds.textFile.mistakesMax) };
  const name = withoutInvisible(fields.name).trim() || id;
  return { book: { description: '', ...fields, ...originOf(fields.origin), id, name, entries: built } as Lorebook };
};

/** What an entry has besides title, keys and text. */
export type EntrySettings = Omit<LoreEntry, 'id' | 'origin' | 'title' | 'keys' | 'secondaryKeys' | 'content'>;

const settingsSchema = entrySchema
  .omit({ id: true, origin: true, title: true, keys: true, secondaryKeys: true, content: true })
  .partial()
  .meta({ expected: 'settings of an entry, such as `order: 50`' });

/**
 * Reads the settings of an entry as somebody typed them, a line each: `order: 50`. What does not stand there is left as it is
 * by default, or all that is wrong comes back.
 */
export const parseEntrySettings = (
  text: string,
  file: string,
):
  | { readonly settings: EntrySettings; readonly mistakes?: never }
  | { readonly settings?: never; readonly mistakes: readonly Mistake[] } => {
  const document = parseYaml(text.trim() === '' ? '{}' : text, file);
  const checked = check(document, settingsSchema);
  if (checked.mistakes !== undefined) return { mistakes: checked.mistakes };
  const { title: _title, keys: _keys, secondaryKeys: _secondary, content: _content, ...defaults } = loreEntryDefaults;
  // Every field was checked; those that were typed replace the defaults.
  return { settings: { ...defaults, ...checked.value } as EntrySettings };
};

/** The settings of an entry that are not the default, as `parseEntrySettings` reads them; empty where there are none. */
export const entrySettingsText = (entry: LoreEntry): string => {
  const {
    id: _id,
    origin: _origin,
    title: _title,
    keys: _keys,
    secondaryKeys: _secondary,
    content: _content,
    ...settings
  } = entry;
  const changed = Object.entries(settings).filter(([name, value]) => value !== undefined && !isDefault(name, value));
  return changed.length === 0 ? '' : stringify(Object.fromEntries(changed), { lineWidth: 0 }).trim();
};

const originOf = (given: { readonly fields: Readonly<Record<string, unknown>> } | undefined): Fields =>
  given === undefined ? {} : { origin: { ...given, fields: cleanValue(given.fields) } };

/** Writes a book in this project's own form. What has its default is left out; what an import brought along stays. */
export const lorebookFileText = (book: Lorebook): string => {
  const { id: _id, name, entries, origin: bookOrigin, ...fields } = book;
  const written = entries.map(({ origin: entryOrigin, ...entry }, index) => ({
    ...Object.fromEntries(
      Object.entries(entry).filter(
        ([name, value]) =>
          value !== undefined &&
          (name === 'id' ? value !== String(index) : !isDefault(name, value) || name === 'keys' || name === 'content'),
      ),
    ),
    ...(entryOrigin === undefined ? {} : { origin: entryOrigin }),
  }));
  return stringify(
    { name, ...fields, entries: written, ...(bookOrigin === undefined ? {} : { origin: bookOrigin }) },
    { lineWidth: 120, aliasDuplicateObjects: false },
  );
};

const isDefault = (name: string, value: unknown): boolean =>
  Object.hasOwn(loreEntryDefaults, name) && JSON.stringify(Reflect.get(loreEntryDefaults, name)) === JSON.stringify(value);
