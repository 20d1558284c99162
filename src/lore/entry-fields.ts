import { bounds } from '../core/bounds.ts';
import { type CharacterFilter, type LoreEntry, type LoreSource, loreEntryDefaults } from '../core/lorebook.ts';
import { type Fields, isFields, own } from './clean-value.ts';

/** How one field is written in files: read gives undefined for what has no meaning. */
export type Codec = { readonly read: (raw: unknown) => unknown; readonly write: (value: unknown) => unknown };

/** A field of an entry, and where it stands in world files and in cards. */
export type FieldRow = {
  readonly name: Exclude<keyof LoreEntry, 'id' | 'origin'>;
  readonly world: string;
  /** Under `extensions` where it begins with `+`. */
  readonly card: string;
  readonly codec: Codec;
};

const asIs = (value: unknown): unknown => value;
const isNumeric = (raw: unknown): boolean =>
  typeof raw === 'number' || (typeof raw === 'string' && raw.length < 20 && /^-?\d+(\.\d+)?$/.test(raw.trim()));

const flag: Codec = {
  read: (raw) => (typeof raw === 'boolean' ? raw : raw === 0 || raw === 1 ? raw === 1 : undefined),
  write: asIs,
};
const inverted: Codec = {
  read: (raw) => {
    const isSet = flag.read(raw);
    return isSet === undefined ? undefined : !isSet;
  },
  write: (value) => !value,
};
const text: Codec = { read: (raw) => (typeof raw === 'string' ? raw : undefined), write: asIs };
const number = (least: number, most: number, isWhole: boolean): Codec => ({
  read: (raw) => {
    if (!isNumeric(raw)) return undefined;
    const value = Number(raw);
    if (!Number.isFinite(value)) return undefined;
    const within = Math.min(most, Math.max(least, value));
    return isWhole ? Math.trunc(within) : within;
  },
  write: asIs,
});
const count = number(0, bounds.lorebook.numberMax, true);
const anyNumber = number(-bounds.lorebook.numberMax, bounds.lorebook.numberMax, false);
const texts: Codec = {
  read: (raw) => {
    const list = typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw;
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : undefined;
  },
  write: asIs,
};
/** Numbered kinds: the number is the place in the list. */
const choice = (names: readonly string[]): Codec => ({
  read: (raw) => (typeof raw === 'number' || (typeof raw === 'string' && /^\d$/.test(raw)) ? names[Number(raw)] : undefined),
  write: (value) => names.indexOf(String(value)),
});
const level: Codec = { read: (raw) => (typeof raw === 'boolean' ? Number(raw) : count.read(raw)), write: asIs };
const filter: Codec = {
  read: (raw) => {
    if (!isFields(raw)) return undefined;
    const names = texts.read(own(raw, 'names')) ?? [];
    const tags = texts.read(own(raw, 'tags')) ?? [];
    return { names, tags, isExclude: own(raw, 'isExclude') === true };
  },
  write: (value) => {
    const { names, tags, isExclude } = value as CharacterFilter;
    return { isExclude, names, tags };
  },
};

const positions = ['before', 'after', 'note-top', 'note-bottom', 'depth', 'examples-top', 'examples-bottom', 'outlet'];

/** Every field that is one value in both formats; `sources`, `id` and what the formats do apart stand in `entry-codec.ts`. */
export const fieldRows: readonly FieldRow[] = [
  { name: 'title', world: 'comment', card: 'comment', codec: text },
  { name: 'keys', world: 'key', card: 'keys', codec: texts },
  { name: 'secondaryKeys', world: 'keysecondary', card: 'secondary_keys', codec: texts },
  { name: 'isSelective', world: 'selective', card: 'selective', codec: flag },
  {
    name: 'secondaryLogic',
    world: 'selectiveLogic',
    card: '+selectiveLogic',
    codec: choice(['and-any', 'not-all', 'not-any', 'and-all']),
  },
  { name: 'content', world: 'content', card: 'content', codec: text },
  { name: 'isConstant', world: 'constant', card: 'constant', codec: flag },
  { name: 'order', world: 'order', card: 'insertion_order', codec: anyNumber },
  { name: 'priority', world: 'priority', card: 'priority', codec: anyNumber },
  { name: 'position', world: 'position', card: '+position', codec: choice(positions) },
  { name: 'depth', world: 'depth', card: '+depth', codec: count },
  { name: 'role', world: 'role', card: '+role', codec: choice(['system', 'user', 'assistant']) },
  { name: 'outletName', world: 'outletName', card: '+outlet_name', codec: text },
  { name: 'scanDepth', world: 'scanDepth', card: '+scan_depth', codec: count },
  { name: 'isCaseSensitive', world: 'caseSensitive', card: '+case_sensitive', codec: flag },
  { name: 'matchesWholeWords', world: 'matchWholeWords', card: '+match_whole_words', codec: flag },
  { name: 'probability', world: 'probability', card: '+probability', codec: number(0, 100, false) },
  { name: 'usesProbability', world: 'useProbability', card: '+useProbability', codec: flag },
  { name: 'group', world: 'group', card: '+group', codec: text },
  { name: 'groupOverride', world: 'groupOverride', card: '+group_override', codec: flag },
  { name: 'groupWeight', world: 'groupWeight', card: '+group_weight', codec: number(0, bounds.lorebook.numberMax, false) },
  { name: 'usesGroupScore', world: 'useGroupScoring', card: '+use_group_scoring', codec: flag },
  { name: 'excludesRecursion', world: 'excludeRecursion', card: '+exclude_recursion', codec: flag },
  { name: 'preventsRecursion', world: 'preventRecursion', card: '+prevent_recursion', codec: flag },
  { name: 'recursionLevel', world: 'delayUntilRecursion', card: '+delay_until_recursion', codec: level },
  { name: 'stickyMessages', world: 'sticky', card: '+sticky', codec: count },
  { name: 'cooldownMessages', world: 'cooldown', card: '+cooldown', codec: count },
  { name: 'delayMessages', world: 'delay', card: '+delay', codec: count },
  { name: 'ignoresBudget', world: 'ignoreBudget', card: '+ignore_budget', codec: flag },
  { name: 'characterFilter', world: 'characterFilter', card: '+character_filter', codec: filter },
  { name: 'triggers', world: 'triggers', card: '+triggers', codec: texts },
  { name: 'isEnabled', world: 'disable', card: 'enabled', codec: flag },
];

/** The row's codec in a format: world files say `disable` where cards say `enabled`. */
export const codecOf = (row: FieldRow, format: 'world' | 'card'): Codec =>
  row.name === 'isEnabled' && format === 'world' ? inverted : row.codec;

/** The six texts besides the chat, by their names in world files and in a card's `extensions`. */
export const sourceRows: readonly { readonly source: LoreSource; readonly world: string; readonly card: string }[] = [
  { source: 'persona-description', world: 'matchPersonaDescription', card: '+match_persona_description' },
  { source: 'character-description', world: 'matchCharacterDescription', card: '+match_character_description' },
  { source: 'character-personality', world: 'matchCharacterPersonality', card: '+match_character_personality' },
  { source: 'character-note', world: 'matchCharacterDepthPrompt', card: '+match_character_depth_prompt' },
  { source: 'scenario', world: 'matchScenario', card: '+match_scenario' },
  { source: 'creator-notes', world: 'matchCreatorNotes', card: '+match_creator_notes' },
];

/** What a field is where a file says nothing: cards need `selective` said, world files have it on. */
export const defaultOf = (name: FieldRow['name'], format: 'world' | 'card'): unknown => {
  if (name === 'isSelective') return format === 'world';
  return Object.hasOwn(loreEntryDefaults, name) ? Reflect.get(loreEntryDefaults, name) : undefined;
};

/** The value at a row's place, `+name` being under `extensions`. */
export const readPlace = (fields: Fields, place: string): unknown => {
  if (!place.startsWith('+')) return own(fields, place);
  const extensions = own(fields, 'extensions');
  return isFields(extensions) ? own(extensions, place.slice(1)) : undefined;
};

/** A copy of fields in which places can be set and cleared. */
export interface FieldsDraft {
  set(place: string, value: unknown): void;
  clear(place: string): void;
  done(): Fields;
}

/** Begins a draft; the fields themselves stay as they are. */
export const draftFields = (fields: Fields): FieldsDraft => {
  const top = new Map(Object.entries(fields));
  const before = own(fields, 'extensions');
  const extensions = new Map(isFields(before) ? Object.entries(before) : []);
  let isTouched = false;
  return {
    set: (place, value) => {
      if (!place.startsWith('+')) top.set(place, value);
      else extensions.set(place.slice(1), value);
      isTouched ||= place.startsWith('+');
    },
    clear: (place) => {
      if (!place.startsWith('+')) top.delete(place);
      else isTouched = extensions.delete(place.slice(1)) || isTouched;
    },
    done: () => {
      if (isTouched) top.set('extensions', Object.fromEntries(extensions));
      return Object.fromEntries(top);
    },
  };
};
