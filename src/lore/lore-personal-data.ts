import type { BookOwners } from './book-owners.ts';
import type { LorebookCatalogue } from './lorebook-catalogue.ts';

/** The lorebooks that one person brought while alone with the bot, for their export and their deletion. */
export const createLorePersonalData = ({
  catalogue,
  owners,
}: {
  readonly catalogue: Pick<LorebookCatalogue, 'find' | 'erase'>;
  readonly owners: BookOwners;
}) => ({
  name: 'lorebooks',
  /** Their ids and names; undefined where there are none. */
  export: async (userId: string): Promise<readonly { readonly id: string; readonly name: string }[] | undefined> => {
    const ids = await owners.booksOf(userId);
    return ids.length === 0 ? undefined : ids.map((id) => ({ id, name: catalogue.find(id)?.name ?? id }));
  },
  /** Deletes them for good. */
  delete: async (userId: string): Promise<void> => {
    const ids = await owners.booksOf(userId);
    for (const id of ids) await catalogue.erase(id);
    // Last, so that an interrupted deletion is found again.
    if (ids.length > 0) await owners.forget(ids);
  },
});
