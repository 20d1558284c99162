import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import { createKeptValues, storeFailure, type ValueStore } from '../kept/kept-values.ts';

/** Where something is said: a server, or outside of servers a conversation. */
export type VariablePlace = { readonly conversation: ConversationKey; readonly serverId?: string | undefined };

/**
 * What `{{setglobalvar}}` has set: for all conversations of one server, and outside of servers for each conversation by itself. A card
 * is anybody's text, so it must reach nobody in another server, nor anybody's direct messages.
 */
export interface GlobalVariables {
  of(place: VariablePlace): Promise<Readonly<Record<string, string>>>;
  /** Sets some; an empty text removes one. What goes beyond `bounds.macros` is not kept. */
  set(place: VariablePlace, changes: Readonly<Record<string, string>>): Promise<void>;
  /** Those of a conversation outside of servers. */
  forget(conversation: ConversationKey): Promise<void>;
}

const { variablesMax, globalCharactersMax, globalPlacesMax } = bounds.macros;
const schema = z.record(z.string(), z.string());

/** Keeps global variables in a store, those of places in use in memory. A failing store rejects with `store-failed`. */
export const createGlobalVariables = (store: ValueStore): GlobalVariables => {
  const kept = createKeptValues({
    store,
    prefix: 'variables',
    read: readStored,
    keptMax: globalPlacesMax,
    failed: storeFailure('global variables could not be read or written', sentence('memoryUnreachable')),
  });
  return {
    of: (place) => kept.get(idOf(place)),
    set: async (place, changes) => {
      await kept.change(idOf(place), (stored) => {
        const next = changed(stored, changes);
        return Object.keys(next).length === 0 ? undefined : next;
      });
    },
    forget: async (conversation) => {
      await kept.change(idOf({ conversation }), (stored) => (Object.keys(stored).length === 0 ? stored : undefined));
    },
  };
};

const idOf = ({ conversation, serverId }: VariablePlace): string =>
  serverId === undefined ? conversation : `server:${serverId}`;

const changed = (
  stored: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const next = new Map(Object.entries(stored));
  let characters = [...next].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  for (const [name, value] of Object.entries(changes)) {
    const before = next.get(name);
    const more = (value === '' ? 0 : name.length + value.length) - (before === undefined ? 0 : name.length + before.length);
    if (value === '') next.delete(name);
    else if (characters + more > globalCharactersMax || (before === undefined && next.size >= variablesMax)) continue;
    else next.set(name, value);
    characters += more;
  }
  return Object.fromEntries(next);
};

const readStored = (stored: unknown): Readonly<Record<string, string>> => {
  const result = schema.safeParse(stored ?? {});
  if (result.success) return result.data;
  throw new PaddockError('store-failed', 'what is stored of global variables is not of its form', {
    userText: sentence('conversationDamaged'),
  });
};
