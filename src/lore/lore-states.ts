import { isDeepStrictEqual } from 'node:util';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { ValueStore } from '../kept/kept-values.ts';
import { emptyLoreState, type LoreState, readLoreState } from './effects.ts';
import { storeFailed } from './store-failed.ts';

/** The state of a conversation as it was read, and how its next one is written. */
export type OpenLoreState = {
  readonly state: LoreState;
  /** Writes the next state; nothing where it is the same, or where the conversation was forgotten meanwhile. */
  keep(next: LoreState): Promise<void>;
};

/** The timed effects of conversations, in a store. */
export interface LoreStates {
  open(conversation: ConversationKey): Promise<OpenLoreState>;
  /** Puts what becomes of the effects of one conversation into another, or the same; nothing is asked or written where there are none. */
  amend(from: ConversationKey, to: ConversationKey, change: (state: LoreState) => LoreState | Promise<LoreState>): Promise<void>;
  forget(conversation: ConversationKey): Promise<void>;
}

/** @throws PaddockError `store-failed`, from every function, when the store fails. */
export const createLoreStates = ({ store }: { readonly store: ValueStore }): LoreStates => {
  const forgotten = new Map<ConversationKey, number>();
  let clock = 0;
  const read = async (conversation: ConversationKey): Promise<LoreState> =>
    readLoreState(await store.get(keyOf(conversation)).catch(storeFailed));
  const write = async (conversation: ConversationKey, state: LoreState): Promise<void> => {
    const isEmpty = Object.keys(state.effects).length === 0;
    await (isEmpty ? store.delete(keyOf(conversation)) : store.set(keyOf(conversation), state)).catch(storeFailed);
  };

  /** What was opened before keeps nothing any more. */
  const overtake = (conversation: ConversationKey): void => {
    clock += 1;
    forgotten.delete(conversation);
    forgotten.set(conversation, clock);
    const [oldest] = forgotten.keys();
    if (forgotten.size > bounds.loreLibrary.forgottenMax && oldest !== undefined) forgotten.delete(oldest);
  };

  return {
    open: async (conversation) => {
      clock += 1;
      const openedAt = clock;
      const state = await read(conversation);
      return {
        state,
        keep: async (next) => {
          // An answer that was being made when all or some of it was forgotten brings nothing back.
          if ((forgotten.get(conversation) ?? 0) > openedAt || isDeepStrictEqual(state, next)) return;
          await write(conversation, next);
        },
      };
    },
    amend: async (from, to, change) => {
      const state = await read(from);
      if (isDeepStrictEqual(state, emptyLoreState)) return;
      const next = await change(state);
      if (from !== to || !isDeepStrictEqual(state, next)) await write(to, next);
      if (from === to) overtake(from);
    },
    forget: async (conversation) => {
      overtake(conversation);
      await store.delete(keyOf(conversation)).catch(storeFailed);
    },
  };
};

const keyOf = (conversation: ConversationKey): string => `lore:state:${conversation}`;
