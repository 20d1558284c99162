import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Persona } from '../core/persona.ts';
import { inEnglish, type Sentence, sentence } from '../core/sentence.ts';
import { createInTurn } from '../kept/in-turn.ts';
import type { KeptFile } from '../kept/kept-file.ts';
import { idPattern, slugOf } from '../text/slug.ts';
import { readAvatar } from './avatar.ts';
import type { Picture } from './card/picture.ts';
import { cardOfPersona, type ReadCard, readCard } from './card/read-card.ts';
import { type CatalogueState, type ImportedPersona, readCatalogue, readImported, withImported } from './catalogue-state.ts';
import { findPersonaFiles } from './find-persona-files.ts';
import { createImportedFolder } from './imported-folder.ts';
import type { NamedAt, PersonaCatalogue } from './load-personas.ts';
import { readBytes } from './read-bytes.ts';
import { personaOfCard } from './read-personas.ts';

/** A card that was taken in. */
export type Imported = { readonly persona: Persona; readonly card: ReadCard };

/** One that was removed or replaced, and can be had back. `at`: when, in milliseconds since 1970. */
export type RemovedPersona = Pick<KeptFile, 'id' | 'owner'> & { readonly at: number };

/**
 * Personas that people wrote (a folder of theirs, never written to) and cards that were imported while
 * the bot runs (a folder of the bot's). Changes happen one after the other and are on disk when their promise resolves.
 */
export interface LivePersonaCatalogue extends PersonaCatalogue {
  /** What could not be used of the imported cards, a sentence each; such a card is left where it is. */
  readonly problems: readonly string[];
  /** Whether a persona was imported, and so can be replaced and removed. */
  isImported(id: string): boolean;
  /** To whom an imported persona belongs, `server:42` or a speaker's id. Undefined for what is everybody's. */
  ownerOf(id: string): string | undefined;
  /** Reads both folders again. Throws what `loadPersonas` throws; then everything stays as it was. */
  reload(): Promise<void>;
  /**
   * Takes a card in, under an id made of its name, or under `id`; where that is taken, or was somebody else's until lately, a number
   * follows. Throws what `readCard` throws, and then nothing is stored.
   */
  add(bytes: Uint8Array, options?: { readonly id?: string; readonly owner?: string | undefined }): Promise<Imported>;
  /** Takes a card in place of an imported one, under the same id. */
  replace(id: string, bytes: Uint8Array): Promise<Imported>;
  /** The same with what `change` makes of the card as it is at that moment. */
  edit(id: string, change: (card: ReadCard) => Uint8Array): Promise<Imported>;
  /** Takes an imported persona away; `restore` brings it back. */
  remove(id: string): Promise<void>;
  /** What can be brought back, the newest first. */
  removed(): Promise<readonly RemovedPersona[]>;
  /**
   * Brings back what was removed or replaced last under this id. One that is there takes its place among the removed, so that a second call
   * undoes the first.
   * @param isMine which of them may be taken, by their owner [all]
   */
  restore(id: string, isMine?: (owner: string | undefined) => boolean): Promise<Persona>;
  /** Deletes all imported cards of an owner for good, removed ones too, but for one that is the default. */
  erase(owner: string): Promise<void>;
  /** The whole card of a persona, for export: the file that was imported, or one made of the persona. */
  card(id: string): ReadCard;
  /** The file of a persona's card as it lies there; undefined for a persona that is no card. */
  file(id: string): { readonly name: string; readonly bytes: Uint8Array } | undefined;
  avatar(id: string): Picture | undefined;
}

export type CatalogueOptions = {
  /** Where people write personas. */
  readonly folder: string;
  /** Where imported cards are kept; made when the first one comes. */
  readonly importedFolder: string;
  readonly defaultId: string;
  /** Where people name that default; absent where they don't. */
  readonly defaultNamedAt?: NamedAt | undefined;
  readonly now: () => number;
  /** The first folder as people name it [`personas`] */
  readonly label?: string;
};

/**
 * Reads all personas. A mistake in people's own files ends it as in `loadPersonas`; an imported card that can't be
 * read any more is a problem, but no reason not to start.
 */
export const createPersonaCatalogue = async (options: CatalogueOptions): Promise<LivePersonaCatalogue> => {
  const folder = createImportedFolder(options.importedFolder, options.now);
  let state: CatalogueState = await readCatalogue(options, await folder.files());
  const inTurn = createInTurn();

  const known = (id: string): Persona => {
    const persona = state.personas.get(id);
    if (persona === undefined) throw unknown();
    return persona;
  };
  const imported = (id: string): KeptFile => {
    const found = state.imported.get(id);
    if (found !== undefined) return found.file;
    throw state.personas.has(id) ? notImported() : unknown();
  };
  const put = (id: string, card: ImportedPersona | undefined): void => {
    const next = withImported(state, id, card);
    if (next === undefined) throw isDefault();
    state = next;
  };
  const takenIn = (file: KeptFile, card: ReadCard): Imported => {
    const persona = personaOfCard(card, file.id, file.path);
    put(file.id, { file, persona });
    return { persona, card };
  };
  const cardFile = (id: string): string | undefined => {
    const own = state.own.get(id);
    return state.imported.get(id)?.file.path ?? (own?.isCard ? own.place.path : undefined);
  };
  const cardOf = (id: string): ReadCard => {
    const persona = known(id);
    const path = cardFile(id);
    const picture = persona.avatar && readAvatar(persona.avatar);
    if (path === undefined) return { card: cardOfPersona(persona), format: 'yaml', ...(picture && { picture }) };
    return { ...(picture && { picture }), ...readCard(readBytes(path, bounds.card.fileBytesMax)) };
  };

  return {
    get default() {
      return state.list[0];
    },
    get problems() {
      return state.problems;
    },
    list: () => state.list,
    get: (id) => state.personas.get(id),
    isImported: (id) => state.imported.has(id),
    ownerOf: (id) => state.imported.get(id)?.file.owner,
    reload: () =>
      inTurn(async () => {
        state = await readCatalogue(options, await folder.files());
      }),
    add: async (bytes, { id, owner } = {}) => {
      const card = readCard(bytes);
      if (id !== undefined && !idPattern.test(id)) throw badId();
      return await inTurn(async () => {
        if (state.personas.size >= bounds.personasMax) throw full();
        // Whoever removed one shall find it again, and conversations that chose it must not get another one.
        const others = (await folder.removed()).filter((removed) => removed.owner !== owner);
        const file = await folder.add(id ?? slugOf(card.card.fields.name, 'persona'), card.format, bytes, {
          ...(owner !== undefined && { owner }),
          isTaken: (other) => state.personas.has(other) || others.some((removed) => removed.id === other),
        });
        return takenIn(file, card);
      });
    },
    replace: async (id, bytes) => {
      const card = readCard(bytes);
      return await inTurn(async () => takenIn(await folder.replace(imported(id), card.format, bytes), card));
    },
    edit: (id, change) =>
      inTurn(async () => {
        const file = imported(id);
        const bytes = change(cardOf(id));
        const card = readCard(bytes);
        return takenIn(await folder.replace(file, card.format, bytes), card);
      }),
    remove: (id) =>
      inTurn(async () => {
        const file = imported(id);
        if (id === state.list[0].id) throw isDefault();
        await folder.remove(file);
        put(id, undefined);
      }),
    removed: async () => (await folder.removed()).map(({ id, at, owner }) => ({ id, at, ...(owner !== undefined && { owner }) })),
    restore: (id, isMine = () => true) =>
      inTurn(async () => {
        const present = state.imported.get(id)?.file;
        const isFree = present === undefined ? !state.personas.has(id) : isMine(present.owner);
        if (!isFree) throw nothingRemoved();
        if (present === undefined && state.personas.size >= bounds.personasMax) throw full();
        const found = (await folder.removed()).find((removed) => removed.id === id && isMine(removed.owner));
        if (found === undefined) throw nothingRemoved();
        // Read before anything is moved: it has to be usable.
        readImported(found);
        const file = await folder.restore(found, present);
        if (file === undefined) throw nothingRemoved();
        put(id, readImported(file));
        return known(id);
      }),
    erase: (owner) =>
      inTurn(async () => {
        const theirs = [...state.imported.values()].filter(({ file }) => file.owner === owner && file.id !== state.list[0].id);
        for (const { file } of theirs) {
          await folder.erase(file);
          put(file.id, undefined);
        }
        for (const removed of await folder.removed()) if (removed.owner === owner) await folder.erase(removed);
      }),
    card: cardOf,
    file: (id) => {
      known(id);
      const path = cardFile(id);
      const extension = path === undefined ? undefined : /\.[a-z]+$/i.exec(path)?.[0].toLowerCase();
      if (path === undefined || extension === undefined) return undefined;
      return { name: `${id}${extension}`, bytes: readBytes(path, bounds.card.fileBytesMax) };
    },
    avatar: (id) => {
      const avatar = state.personas.get(id)?.avatar;
      return avatar && readAvatar(avatar);
    },
  };
};

/**
 * The ids of all persona files, also of those that have mistakes in them; undefined where the first folder has none,
 * so that nothing can be said about a name.
 */
export const personaIds = async ({
  folder,
  importedFolder,
  now,
  label = 'personas',
}: Pick<CatalogueOptions, 'folder' | 'importedFolder' | 'now' | 'label'>): Promise<readonly string[] | undefined> => {
  const { places } = findPersonaFiles(folder, label);
  if (places.length === 0) return undefined;
  const imported = await createImportedFolder(importedFolder, now).files();
  return [...new Set([...places, ...imported].map(({ id }) => id))];
};

const refusal = (code: 'bad-input' | 'not-found' | 'not-allowed', said: Sentence): PaddockError =>
  new PaddockError(code, inEnglish(said), { userText: said });

const unknown = () => refusal('not-found', sentence('personaUnknown'));
const notImported = () => refusal('not-allowed', sentence('personaNotYours'));
const isDefault = () => refusal('not-allowed', sentence('personaIsDefault'));
const nothingRemoved = () => refusal('not-found', sentence('personaNotRemoved'));
const badId = () => refusal('bad-input', sentence('idForm'));
const full = () => refusal('bad-input', sentence('personasFull', { max: bounds.personasMax }));
