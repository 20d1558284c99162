import type { ConversationKey } from '../core/conversation.ts';
import type { Head } from './format.ts';
import type { Records } from './records.ts';

/**
 * Records whose heads are held in memory, those used last, so that a question in a conversation that is going on reads
 * nothing from the store, and neither does what people say where the bot was never spoken to. What is held is what the store took: a write that failed may have been made, so its head is read again.
 *
 * @param limits.headsMax conversations
 * @param limits.charactersMax that they take in all, as they are stored
 */
export const withHeadCache = (
  records: Records,
  { headsMax, charactersMax }: { readonly headsMax: number; readonly charactersMax: number },
): Records => {
  /** Those used longest ago come first. */
  const held = new Map<ConversationKey, Held>();
  let characters = 0;

  const drop = (conversation: ConversationKey): void => {
    characters -= held.get(conversation)?.characters ?? 0;
    held.delete(conversation);
  };
  const hold = (conversation: ConversationKey, entry: Held): void => {
    drop(conversation);
    held.set(conversation, entry);
    characters += entry.characters;
    for (const oldest of held.keys()) {
      if (held.size <= headsMax && characters <= charactersMax) break;
      drop(oldest);
    }
  };

  return {
    ...records,
    readHead: async (conversation) => {
      const entry = held.get(conversation);
      if (entry) {
        hold(conversation, entry);
        return entry.head;
      }
      const head = await records.readHead(conversation);
      hold(conversation, measured(head));
      return head;
    },
    writeHead: async (conversation, head) => {
      drop(conversation);
      await records.writeHead(conversation, head);
      hold(conversation, measured(head));
    },
    deleteHead: async (conversation) => {
      drop(conversation);
      await records.deleteHead(conversation);
    },
  };
};

/** Without a head: there is no such conversation. */
type Held = { readonly head: Head | undefined; readonly characters: number };

const measured = (head: Head | undefined): Held => ({ head, characters: head ? JSON.stringify(head).length : 0 });
