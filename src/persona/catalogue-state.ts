import { setImmediate } from 'node:timers/promises';
import { bounds } from '../core/bounds.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import type { Persona } from '../core/persona.ts';
import { inEnglish, sentence } from '../core/sentence.ts';
import type { KeptFile } from '../kept/kept-file.ts';
import { mistakesError } from '../text/mistake.ts';
import { readCard } from './card/read-card.ts';
import { type NamedAt, noDefault } from './load-personas.ts';
import { readBytes } from './read-bytes.ts';
import { type FiledPersona, personaOfCard, readPersonas } from './read-personas.ts';

/** An imported card as it lies there. */
export type ImportedPersona = { readonly file: KeptFile; readonly persona: Persona };

/** What both folders hold. */
export type CatalogueState = {
  /** All personas, the default first, the others by id. */
  readonly list: readonly [Persona, ...Persona[]];
  readonly personas: ReadonlyMap<string, Persona>;
  /** What people wrote. */
  readonly own: ReadonlyMap<string, FiledPersona>;
  readonly imported: ReadonlyMap<string, ImportedPersona>;
  /** What could not be used of the imported cards, a sentence each. */
  readonly problems: readonly string[];
};

export type ReadOptions = {
  readonly folder: string;
  readonly defaultId: string;
  readonly defaultNamedAt?: NamedAt | undefined;
  readonly label?: string;
};

/** Reads both folders. Throws `configuration-invalid` for mistakes in people's own files. */
export const readCatalogue = async (
  { folder, defaultId, defaultNamedAt: namedAt, label = 'personas' }: ReadOptions,
  files: readonly KeptFile[],
): Promise<CatalogueState> => {
  const { personas: own, mistakes, ids } = readPersonas(folder, label);
  const problems: string[] = [];
  const imported = new Map<string, ImportedPersona>();
  for (const file of files.slice(0, bounds.personasMax)) {
    try {
      if (imported.has(file.id) || own.has(file.id)) throw sameId();
      imported.set(file.id, readImported(file));
    } catch (error) {
      problems.push(`${file.name}: ${userTextOf(error)}`);
    }
    // Many large cards must not keep everything else waiting.
    await setImmediate();
  }
  const isThere = own.has(defaultId) || imported.has(defaultId);
  // A default whose file has mistakes is not missing.
  const isMissing = !isThere && (mistakes.length === 0 || ids?.has(defaultId) === false);
  const names = [...new Set([...(ids ?? []), ...own.keys(), ...imported.keys()])];
  const missing = isMissing ? [noDefault({ label, namedAt }, defaultId, names)] : [];
  const state = catalogueState({ own, imported, problems }, defaultId);
  if (state === undefined || mistakes.length > 0) throw mistakesError([...mistakes, ...missing]);
  return state;
};

/** @throws what `readCard` throws */
export const readImported = (file: KeptFile): ImportedPersona => ({
  file,
  persona: personaOfCard(readCard(readBytes(file.path, bounds.card.fileBytesMax)), file.id, file.path),
});

/** The same with another imported card under an id, or none. Undefined where the default is that one. */
export const withImported = (
  { own, imported, problems, list }: CatalogueState,
  id: string,
  card: ImportedPersona | undefined,
): CatalogueState | undefined => {
  const next = new Map(imported);
  if (card === undefined) next.delete(id);
  else next.set(id, card);
  return catalogueState({ own, imported: next, problems }, list[0].id);
};

/** Undefined where there is no default. */
const catalogueState = (
  parts: Pick<CatalogueState, 'own' | 'imported' | 'problems'>,
  defaultId: string,
): CatalogueState | undefined => {
  const all = [...parts.own.values(), ...parts.imported.values()].map(({ persona }) => persona);
  const chosen = all.find(({ id }) => id === defaultId);
  if (chosen === undefined) return undefined;
  const others = all.filter((persona) => persona !== chosen).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { ...parts, list: [chosen, ...others], personas: new Map(all.map((persona) => [persona.id, persona])) };
};

const sameId = (): PaddockError => {
  const said = sentence('personaIdTaken');
  return new PaddockError('bad-input', inEnglish(said), { userText: said });
};
