import type { Command, CommandContext, CommandForm } from '../core/command.ts';
import type { Lorebook, LoreEntry } from '../core/lorebook.ts';
import {
  bookBytes,
  emptyLorebook,
  entrySettingsText,
  entryTitle,
  keysOfText,
  parseEntrySettings,
  textOfKeys,
  withEntry,
  withNewEntry,
  withoutEntry,
} from '../lore/index.ts';
import { slugOf } from '../text/slug.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import {
  bookOption,
  byRef,
  entryOption,
  type LoreServices,
  meantBook,
  meantEntry,
  readBook,
  refOf,
  requireMayChange,
  requireRoom,
  setOwner,
  visibleBooks,
} from './lore-access.ts';
import { refusal, shownPath } from './refusal.ts';

/** Discord's limit for a form's field. */
const fieldCharactersMax = 4000;

/** `/lore add|edit|remove|restore|toggle`. */
export const loreEntryCommands = (services: LoreServices): readonly Command[] => [
  defineCommand({
    name: 'add',
    description: 'Add an entry to a lorebook',
    options: [
      { ...bookOption(services, 'The lorebook'), isRequired: true },
      { name: 'keys', description: 'Words that bring it in, separated by commas; without a text, a form asks' },
      { name: 'content', description: 'What I shall know then', max: fieldCharactersMax },
      { name: 'create', description: 'Begin a new lorebook of this name', kind: 'boolean' },
    ],
    rank: 'moderator',
    run: async (context, { book: asked, keys, content, create = false }) => {
      const book = create ? await createBook(services, context, asked) : await meantBook(services, context, asked);
      await requireMayChange(services, context, book);
      if (content === undefined) return { text: '', isPrivate: true, form: formFor(book, context, undefined, keys) };
      return await save(services, context, book.id, undefined, { keys: keys ?? '', content });
    },
  }),
  defineCommand({
    name: 'edit',
    description: 'Change an entry of a lorebook',
    options: [
      { ...bookOption(services, 'The lorebook'), isRequired: true },
      { ...entryOption(services, 'The entry to change'), isRequired: true },
    ],
    rank: 'moderator',
    run: async (context, { book: asked, entry: name }) => {
      const summary = await meantBook(services, context, asked);
      await requireMayChange(services, context, summary);
      const entry = meantEntry(await readBook(services, context, summary.id), context, name);
      return { text: '', isPrivate: true, form: formFor(summary, context, entry) };
    },
  }),
  defineCommand({
    name: 'remove',
    description: 'Remove an entry of a lorebook, or the whole book',
    options: [
      { ...bookOption(services, 'The lorebook'), isRequired: true },
      entryOption(services, 'The entry to remove; without it, the whole lorebook'),
    ],
    rank: 'moderator',
    run: async (context, { book: asked, entry: name }) => {
      const { locale } = context;
      const summary = await meantBook(services, context, asked);
      await requireMayChange(services, context, summary);
      const { id, name: book } = summary;
      if (name === undefined) {
        await services.lore.catalogue.remove(id);
        const label = say(locale, 'loreBringBack');
        return {
          text: say(locale, 'loreRemovedBook', { book }),
          isPrivate: false,
          components: [{ kind: 'button', label, call: 'lore restore', values: { book: id } }],
        };
      }
      let removed = '';
      await services.lore.catalogue.edit(id, (current) => {
        const entry = meantEntry(current, context, name);
        removed = entryTitle(entry);
        return withoutEntry(current, entry.id);
      });
      return { text: say(locale, 'loreRemovedEntry', { book, entry: removed }), isPrivate: false };
    },
  }),
  defineCommand({
    name: 'restore',
    description: 'Bring back a lorebook that was removed',
    options: [{ name: 'book', description: 'The id it had', isRequired: true, max: 64 }],
    rank: 'moderator',
    run: async (context, { book: id }) => {
      // Whose it was is still known.
      await requireMayChange(services, context, { id, name: id, source: 'imported', description: '', entryCount: 0 });
      const { name } = await services.lore.catalogue.restore(id);
      return { text: say(context.locale, 'loreRestored', { book: name }), isPrivate: false };
    },
  }),
  defineCommand({
    name: 'toggle',
    description: 'Switch an entry of a lorebook on or off',
    options: [
      { ...bookOption(services, 'The lorebook'), isRequired: true },
      { ...entryOption(services, 'The entry to switch'), isRequired: true },
    ],
    rank: 'moderator',
    run: async (context, { book: asked, entry: name }) => {
      const summary = await meantBook(services, context, asked);
      await requireMayChange(services, context, summary);
      let entry: LoreEntry | undefined;
      await services.lore.catalogue.edit(summary.id, (current) => {
        const changed = withEntry(current, meantEntry(current, context, name).id, (before) => ({
          ...before,
          isEnabled: !before.isEnabled,
        }));
        entry = changed?.entry;
        return changed?.book ?? current;
      });
      const values = { book: summary.name, entry: entry === undefined ? name : entryTitle(entry) };
      return { text: say(context.locale, entry?.isEnabled ? 'loreOn' : 'loreOff', values), isPrivate: false };
    },
  }),
];

/** What the form of `/lore add` and `/lore edit` calls. `b` and `e`: which book and entry, in few characters. */
export const createLoreSaveCommand = (services: LoreServices): Command =>
  defineCommand({
    kind: 'action',
    name: 'lore-save',
    description: 'Keep an entry of a lorebook',
    options: [
      { name: 'b', description: 'The lorebook', isRequired: true },
      { name: 'e', description: 'The entry' },
      { name: 'keys', description: 'Keys', max: fieldCharactersMax },
      { name: 'content', description: 'Text', max: fieldCharactersMax, isRequired: true },
      { name: 'title', description: 'Title', max: 200 },
      { name: 'secondary', description: 'Secondary keys', max: fieldCharactersMax },
      { name: 'settings', description: 'Settings', max: fieldCharactersMax },
    ],
    rank: 'moderator',
    run: async (context, { b, e, keys, content, title, secondary, settings }) => {
      const books = await visibleBooks(services, context);
      const id = byRef(
        books.map((book) => book.id),
        b,
      );
      const book = books.find((each) => each.id === id);
      if (book === undefined) throw refusal('not-found', context, 'loreUnknown', { command: shownPath('lore list', context) });
      await requireMayChange(services, context, book);
      return await save(services, context, book.id, e, {
        keys: filled(keys),
        content,
        title: filled(title),
        secondary: filled(secondary),
        settings: filled(settings),
      });
    },
  });

type Fields = {
  readonly keys: string;
  readonly content: string;
  readonly title?: string;
  readonly secondary?: string;
  readonly settings?: string;
};

/** What was filled in. A lone dash empties a field, for those who can't hand in an empty one. */
const filled = (text: string | undefined): string => (text === undefined || text === '-' ? '' : text);

/** Keeps an entry, a new one where no reference is given. */
const save = async (
  services: LoreServices,
  context: CommandContext,
  bookId: string,
  entryRef: string | undefined,
  fields: Fields,
) => {
  const { keys, content, title, secondary, settings } = fields;
  const read = parseEntrySettings(settings ?? '', '');
  if (read.mistakes !== undefined) {
    const problems = read.mistakes.slice(0, 3).map(({ path, text }) => (path === '' ? text : `${path}: ${text}`));
    throw refusal('bad-input', context, 'loreSettingsWrong', { problems: problems.join('; ') });
  }
  const written = {
    ...read.settings,
    keys: keysOfText(keys),
    content,
    title: title?.trim() ?? '',
    secondaryKeys: keysOfText(secondary ?? ''),
  };
  let saved: LoreEntry | undefined;
  const book = await services.lore.catalogue.edit(bookId, (current) => {
    const change = entryRef === undefined ? withNewEntry(current, written) : changed(current, entryRef, written);
    if (change === undefined) throw refusal('not-found', context, 'loreEntryUnknown', { book: current.name });
    saved = change.entry;
    return change.book;
  });
  const text = say(context.locale, 'loreSaved', { book: book.name, entry: saved === undefined ? '' : entryTitle(saved) });
  return { text, isPrivate: false };
};

const changed = (book: Lorebook, ref: string, written: Omit<LoreEntry, 'id' | 'origin'>) => {
  const id = byRef(
    book.entries.map((entry) => entry.id),
    ref,
  );
  if (id === undefined) return undefined;
  // Settings that do not stand there any more go back to their defaults; what an import brought along stays.
  return withEntry(book, id, ({ origin }) => ({ ...written, id, ...(origin && { origin }) }));
};

const createBook = async (services: LoreServices, context: CommandContext, name: string) => {
  const isThere = (await visibleBooks(services, context)).find((book) => book.name.toLowerCase() === name.trim().toLowerCase());
  if (isThere !== undefined) return isThere;
  await requireRoom(services, context);
  const bytes = bookBytes(emptyLorebook(slugOf(name, 'book'), name.trim()), 'yaml');
  const { summary } = await services.lore.catalogue.add(bytes);
  await setOwner(services, context, summary.id);
  return summary;
};

/** The form for an entry, with what it holds now. Throws where a text is longer than a form takes. */
const formFor = (
  book: { readonly id: string; readonly name: string },
  context: CommandContext,
  entry: LoreEntry | undefined,
  keys = '',
): CommandForm => {
  const { locale } = context;
  const values = {
    keys: entry === undefined ? keys : textOfKeys(entry.keys),
    content: entry?.content ?? '',
    title: entry?.title.replaceAll(/\s+/g, ' ') ?? '',
    secondary: entry === undefined ? '' : textOfKeys(entry.secondaryKeys),
    settings: entry === undefined ? '' : entrySettingsText(entry),
  };
  if (Object.values(values).some((value) => value.length > fieldCharactersMax) || values.title.length > 200) {
    throw refusal('bad-input', context, 'loreEntryLong', { max: fieldCharactersMax, export: shownPath('lore export', context) });
  }
  return {
    call: 'lore-save',
    values: { b: refOf(book.id), ...(entry && { e: refOf(entry.id) }) },
    title: say(locale, 'loreForm', { book: book.name.slice(0, 25) }),
    fields: [
      { option: 'keys', label: say(locale, 'loreFieldKeys'), value: values.keys },
      { option: 'content', label: say(locale, 'loreFieldContent'), value: values.content, isRequired: true, isLong: true },
      { option: 'title', label: say(locale, 'loreFieldTitle'), value: values.title },
      { option: 'secondary', label: say(locale, 'loreFieldSecondary'), value: values.secondary },
      { option: 'settings', label: say(locale, 'loreFieldSettings'), value: values.settings, isLong: true },
    ],
  };
};
