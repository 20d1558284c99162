import type { ConversationKey } from '../core/conversation.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { ValueStore } from '../kept/kept-values.ts';
import { allTurns } from './all-turns.ts';
import { peopleOf, type UserIndex } from './user-index.ts';

/** A store that can also list what it holds; a Keyv is one, unless its backend can't. */
export type ListableStore = Pick<ValueStore, 'get' | 'set'> & {
  readonly iterator?: ((namespace?: unknown) => AsyncIterable<readonly unknown[]>) | undefined;
};

const doneKey = 'user-index';
const conversationPrefix = 'conversation:';

/**
 * Puts conversations that were remembered before there was an index into it: once for a store, in the background. What fails or
 * is interrupted begins anew with the next start. Gives the number of conversations looked through.
 */
export const indexKnownUsers = async (services: {
  readonly store: ListableStore;
  readonly memory: Pick<Memory, 'turns'>;
  readonly index: Pick<UserIndex, 'note'>;
  readonly logger: Logger;
}): Promise<number> => {
  const { store, memory, index, logger } = services;
  if ((await store.get(doneKey)) === true) return 0;
  const conversations: ConversationKey[] = [];
  for await (const [key] of store.iterator?.(undefined) ?? [])
    if (typeof key === 'string' && key.startsWith(conversationPrefix)) conversations.push(key.slice(conversationPrefix.length));
  for (const conversation of conversations) {
    const people = new Set<string>();
    for await (const page of allTurns(memory, conversation)) for (const userId of peopleOf(page)) people.add(userId);
    for (const userId of people) await index.note(userId, conversation);
  }
  await store.set(doneKey, true);
  if (conversations.length > 0)
    logger.info({ part: 'privacy', conversations: conversations.length }, 'the index of who spoke where was made');
  return conversations.length;
};
