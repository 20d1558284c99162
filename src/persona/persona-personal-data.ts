import type { LivePersonaCatalogue } from './catalogue.ts';

/** The personas that one person brought or made while alone with the bot, for their export and their deletion. */
export const createPersonaPersonalData = (catalogue: Pick<LivePersonaCatalogue, 'list' | 'ownerOf' | 'removed' | 'erase'>) => ({
  name: 'personas',
  /** Their ids and names; undefined where there are none. */
  export: async (userId: string): Promise<readonly { readonly id: string; readonly name: string }[] | undefined> => {
    const present = catalogue.list().filter(({ id }) => catalogue.ownerOf(id) === userId);
    const removed = (await catalogue.removed()).filter(({ owner }) => owner === userId);
    const all = [...present.map(({ id, name }) => ({ id, name })), ...removed.map(({ id }) => ({ id, name: id }))];
    return all.length === 0 ? undefined : all;
  },
  /** Deletes them for good. */
  delete: (userId: string): Promise<void> => catalogue.erase(userId),
});
