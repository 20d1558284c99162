import { createHash } from 'node:crypto';
import { bounds } from '../core/bounds.ts';
import type { CommandChoice, CommandContext, CommandOption } from '../core/command.ts';
import type { Lorebook, LoreEntry } from '../core/lorebook.ts';
import { entryTitle, findEntry, type LorebookSummary } from '../lore/index.ts';
import { closest } from '../text/closest.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';

export type LoreServices = Pick<CommandServices, 'lore' | 'memory' | 'personas' | 'personaAt' | 'engine'>;

/** What the bot's owner brought belongs to everybody, as what lies in the folder does. */
const ofBot = 'bot';

/** To whom a book belongs that somebody brings: the server where they do, or themselves. */
const ownerOf = ({ rank, place, user }: CommandContext): string => {
  if (rank === 'owner') return ofBot;
  return place?.serverId === undefined ? user.id : serverOwner(place.serverId);
};

const serverOwner = (id: string): string => `server:${id}`;

/** The books that somebody may see: one server's are none of another's business. */
export const visibleBooks = async ({ lore }: LoreServices, context: CommandContext): Promise<readonly LorebookSummary[]> => {
  const all = lore.catalogue.list();
  if (context.rank === 'owner') return all;
  const seen = await Promise.all(all.map(async ({ id }) => isVisible(await lore.owners.of(id), context)));
  return all.filter((_book, index) => seen[index]);
};

const isVisible = (owner: string | undefined, { place, user }: CommandContext): boolean =>
  owner === undefined ||
  owner === ofBot ||
  owner === user.id ||
  (place?.serverId !== undefined && owner === serverOwner(place.serverId));

/** The book that somebody means, by its id or name. Throws `not-found` with the nearest one. */
export const meantBook = async (services: LoreServices, context: CommandContext, asked: string): Promise<LorebookSummary> => {
  const all = await visibleBooks(services, context);
  const wanted = asked.trim().toLowerCase();
  const found = all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const near = closest(
    asked,
    all.flatMap(({ id, name }) => [name, id]),
  );
  throw near === undefined
    ? refusal('not-found', context, 'loreUnknown', { command: shownPath('lore list', context) })
    : refusal('not-found', context, 'loreUnknownNear', { near });
};

/** A book with its entries. */
export const readBook = async ({ lore }: LoreServices, context: CommandContext, id: string): Promise<Lorebook> => {
  const prepared = await lore.catalogue.get(id);
  if (prepared !== undefined) return prepared.book;
  throw refusal('not-found', context, 'loreUnknown', { command: shownPath('lore list', context) });
};

/** The entry that somebody means, by its id, its title or its first key. Throws `not-found` with the nearest one. */
export const meantEntry = (book: Lorebook, context: CommandContext, asked: string): LoreEntry => {
  const found = findEntry(book, asked);
  if (found !== undefined) return found;
  const near = closest(asked, book.entries.map(entryTitle));
  throw near === undefined
    ? refusal('not-found', context, 'loreEntryUnknown', { book: book.name })
    : refusal('not-found', context, 'loreEntryUnknownNear', { book: book.name, near });
};

/** Throws unless the caller may change a book: who runs the bot, and for what was brought here the moderators, or whoever brought it. */
export const requireMayChange = async (
  { lore }: LoreServices,
  context: CommandContext,
  { id, name, source }: LorebookSummary,
): Promise<void> => {
  if (context.rank === 'owner') return;
  const owner = source === 'imported' ? await lore.owners.of(id) : undefined;
  const { place, user, rank } = context;
  const isServers = place?.serverId !== undefined && owner === serverOwner(place.serverId) && ranksAtLeast(rank, 'moderator');
  if (owner === undefined || (owner !== user.id && !isServers))
    throw refusal('not-allowed', context, 'loreNotYours', { book: name });
};

/** Throws when the caller's server, or the caller, has brought as many books as one may. */
export const requireRoom = async ({ lore }: LoreServices, context: CommandContext): Promise<void> => {
  const owner = ownerOf(context);
  if (owner === ofBot) return;
  const ids = lore.catalogue.list().map(({ id }) => id);
  const { perOwnerMax: max } = bounds.loreLibrary;
  if ((await lore.owners.count(owner, ids)) >= max) throw refusal('not-allowed', context, 'loreMany', { max });
};

/** Notes who brought a book. */
export const setOwner = ({ lore }: LoreServices, context: CommandContext, bookId: string): Promise<void> =>
  lore.owners.set(bookId, ownerOf(context));

/** An id short enough for a form's id, which holds 100 characters in all. */
export const refOf = (id: string): string =>
  /^[\w-]{1,24}$/.test(id) ? id : `#${createHash('sha256').update(id).digest('base64url').slice(0, 12)}`;

/** The one of these ids that has a reference. */
export const byRef = (ids: readonly string[], ref: string): string | undefined =>
  ids.find((id) => id === ref || refOf(id) === ref);

/** An option that names a book. */
export const bookOption = (services: LoreServices, description: string) =>
  ({
    name: 'book',
    description,
    max: 200,
    choices: async (context: CommandContext, typed: string) =>
      matching(
        typed,
        (await visibleBooks(services, context)).map(({ id, name }) => ({
          label: name === id ? id : `${name} (${id})`,
          value: id,
        })),
      ),
  }) as const satisfies CommandOption;

/** An option that names an entry of the book in the option `book`. */
export const entryOption = (services: LoreServices, description: string) =>
  ({
    name: 'entry',
    description,
    max: 200,
    choices: async (context: CommandContext, typed: string, given: Readonly<Record<string, string | undefined>>) => {
      if (!given.book) return [];
      const book = await meantBook(services, context, given.book).catch(() => undefined);
      const entries = book && (await services.lore.catalogue.get(book.id))?.book.entries;
      return matching(typed, entries?.map((entry) => ({ label: entryTitle(entry).slice(0, 100), value: entry.id })) ?? []);
    },
  }) as const satisfies CommandOption;

/** Those that contain what is typed, the ones that begin with it first. */
const matching = (
  typed: string,
  choices: readonly { readonly label: string; readonly value: string }[],
): readonly CommandChoice[] => {
  const wanted = typed.trim().toLowerCase();
  const begins = ({ label, value }: { label: string; value: string }) =>
    label.toLowerCase().startsWith(wanted) || value.startsWith(wanted);
  const found = choices.filter(({ label, value }) => label.toLowerCase().includes(wanted) || value.includes(wanted));
  return [...found.filter(begins), ...found.filter((choice) => !begins(choice))].slice(0, 25);
};
