import { bounds } from '../core/bounds.ts';
import type { Persona } from '../core/persona.ts';
import { importLorebook } from './import-lorebook.ts';
import { createKept } from './kept.ts';
import type { LorebookCatalogue } from './lorebook-catalogue.ts';
import { type PreparedLorebook, prepareLorebook } from './prepare-lorebook.ts';

/** The lorebooks that belong to a persona by its card: the one inside, and the one of the library that it names. */
export type OwnBooks = { readonly libraryId?: string; readonly inside?: PreparedLorebook };

/**
 * Finds the books of personas; the ones inside cards are prepared once and kept while they are in use. A card's book that can't be used
 * is told to `onProblem` and left out.
 */
export const createOwnBooks = ({
  catalogue,
  onProblem,
}: {
  readonly catalogue: Pick<LorebookCatalogue, 'find'>;
  readonly onProblem?: (personaId: string, error: unknown) => void;
}): ((persona: Persona) => Promise<OwnBooks>) => {
  const kept = createKept<{ readonly raw: object; readonly book?: PreparedLorebook }>(
    bounds.loreLibrary.keptMax,
    Number.POSITIVE_INFINITY,
  );

  const insideOf = async ({ id, name, characterBook: raw }: Persona): Promise<PreparedLorebook | undefined> => {
    if (raw === undefined) return undefined;
    const make = async () => ({ value: { raw, ...prepared(id, name, raw) }, size: 0 });
    const found = await kept.get(id, make);
    // The card was replaced meanwhile.
    if (found !== undefined && found.raw !== raw) kept.delete(id);
    return found?.raw === raw ? found.book : (await kept.get(id, make))?.book;
  };
  const prepared = (id: string, name: string, raw: object): { readonly book?: PreparedLorebook } => {
    try {
      // No id of the library's has a colon.
      return { book: prepareLorebook(importLorebook(raw, { id: `persona:${id}`, name }).book) };
    } catch (error) {
      onProblem?.(id, error);
      return {};
    }
  };

  return async (persona) => {
    const named = persona.worldName?.trim() ? catalogue.find(persona.worldName) : undefined;
    const insideName = persona.characterBook?.name;
    // Programs put the book that a card names into the card as well: it must not come in twice.
    const isSame =
      named !== undefined &&
      (insideName === undefined || insideName === '' || insideName === named.name || insideName === persona.worldName);
    const inside = isSame ? undefined : await insideOf(persona);
    return { ...(named && { libraryId: named.id }), ...(inside && { inside }) };
  };
};
