/** Where the text of an entry stands in the prompt. `outlet` entries stand nowhere until a text asks for them by name. */
export type LorePosition =
  | 'before'
  | 'after'
  | 'note-top'
  | 'note-bottom'
  | 'depth'
  | 'examples-top'
  | 'examples-bottom'
  | 'outlet';

/** Who seems to say an entry that stands between the messages. */
export type LoreRole = 'system' | 'user' | 'assistant';

/** What the secondary keys decide once a key was found; the names are the ones people know from world files. */
export type SecondaryLogic = 'and-any' | 'not-all' | 'not-any' | 'and-all';

/** Texts besides the chat in which an entry may look for its keys. */
export type LoreSource =
  | 'persona-description'
  | 'character-description'
  | 'character-personality'
  | 'character-note'
  | 'scenario'
  | 'creator-notes';

/** For whom an entry exists: names (or ids) and tags of characters, or everybody but these. */
export type CharacterFilter = {
  readonly names: readonly string[];
  readonly tags: readonly string[];
  readonly isExclude: boolean;
};

/** The object that a book or entry was read from, so that writing it again in the same format loses nothing. */
export type LoreOrigin = {
  /** `world`: a world file. `card`: a card's `character_book`. */
  readonly format: 'world' | 'card';
  /** Everything that stood there, also what has no meaning here; without `__proto__` and bounded. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** One piece of knowledge, and when it comes into the prompt. */
export type LoreEntry = {
  /** Unique in its book; the `uid` or `id` of the file, as text. */
  readonly id: string;
  /** For people only. */
  readonly title: string;
  /** A plain key, or `/pattern/flags`. */
  readonly keys: readonly string[];
  readonly secondaryKeys: readonly string[];
  /** False: the secondary keys are ignored. */
  readonly isSelective: boolean;
  readonly secondaryLogic: SecondaryLogic;
  /** True where every key is the body of a regular expression, without slashes (cards of version 3). */
  readonly keysArePatterns: boolean;
  /** The text, with its decorators (`@@depth 2`) if it has any. */
  readonly content: string;
  readonly isEnabled: boolean;
  /** Always active, whatever is said. */
  readonly isConstant: boolean;
  /** Higher claims its tokens first and stands nearer to the end. */
  readonly order: number;
  /** Where a book has a token budget, the lowest goes first; `order` where absent. */
  readonly priority?: number;
  readonly position: LorePosition;
  /** Messages below it, where `position` is `depth`. */
  readonly depth: number;
  readonly role: LoreRole;
  /** What an `outlet` entry is asked for by. */
  readonly outletName: string;
  /** The newest so many messages are searched; the book's, else 2, where absent. */
  readonly scanDepth?: number;
  /** [false] */
  readonly isCaseSensitive?: boolean;
  /** [true] */
  readonly matchesWholeWords?: boolean;
  /** Per cent, 0 to 100; counts only where `usesProbability`. */
  readonly probability: number;
  readonly usesProbability: boolean;
  /** Names of inclusion groups, separated by commas: of the members that match, one wins. Empty for none. */
  readonly group: string;
  /** Wins its groups without a draw. */
  readonly groupOverride: boolean;
  /** Its share in the draw of its groups. */
  readonly groupWeight: number;
  /** In a group, loses to members of which more keys were found. [false] */
  readonly usesGroupScore?: boolean;
  /** Is never activated by the text of another entry. */
  readonly excludesRecursion: boolean;
  /** Its own text activates nothing. */
  readonly preventsRecursion: boolean;
  /** 0: at once. From 1 on: only while the texts of entries are searched, the lowest level first. */
  readonly recursionLevel: number;
  /** Stays active for so many messages once activated. */
  readonly stickyMessages: number;
  /** Can't be activated for so many messages after that. */
  readonly cooldownMessages: number;
  /** Can't be activated before the conversation has so many messages. */
  readonly delayMessages: number;
  /** Comes in even when the budget is used up, and takes nothing of it. */
  readonly ignoresBudget: boolean;
  readonly sources: readonly LoreSource[];
  readonly characterFilter?: CharacterFilter;
  /** Kinds of answers for which it exists (`normal`, `continue`, `impersonate`, `swipe`, `regenerate`, `quiet`); empty for all. */
  readonly triggers: readonly string[];
  readonly origin?: LoreOrigin;
};

/** A book of knowledge about a world or a character ("world info"). */
export type Lorebook = {
  /** `^[a-z0-9][a-z0-9_-]{0,63}$`; what it is attached by. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Messages searched for its entries; the bot's own setting where absent. */
  readonly scanDepth?: number;
  /** Most tokens of its entries together, in place of their share of the context. */
  readonly budgetTokens?: number;
  /** False: its entries neither activate others by their texts nor are activated so. [true] */
  readonly isRecursive?: boolean;
  readonly entries: readonly LoreEntry[];
  readonly origin?: LoreOrigin;
};

/** What an entry is where its file says nothing. */
export const loreEntryDefaults = {
  title: '',
  keys: [],
  secondaryKeys: [],
  isSelective: true,
  secondaryLogic: 'and-any',
  keysArePatterns: false,
  content: '',
  isEnabled: true,
  isConstant: false,
  order: 100,
  position: 'before',
  depth: 4,
  role: 'system',
  outletName: '',
  probability: 100,
  usesProbability: true,
  group: '',
  groupOverride: false,
  groupWeight: 100,
  excludesRecursion: false,
  preventsRecursion: false,
  recursionLevel: 0,
  stickyMessages: 0,
  cooldownMessages: 0,
  delayMessages: 0,
  ignoresBudget: false,
  sources: [],
  triggers: [],
} as const satisfies Omit<LoreEntry, 'id'>;
