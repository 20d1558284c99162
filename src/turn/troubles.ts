import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';

/** What is to be done about a failure. */
export type Trouble = {
  /** Whether it goes into the log. */
  readonly isLogged: boolean;
  /** Failures that came since the last logged one. */
  readonly unlogged: number;
  /** Whether people in the conversation hear of it. */
  readonly isTold: boolean;
};

/** Keeps failures that come in bursts from filling the log and the chats: when a store fails, every message does. */
export type Troubles = {
  /** @param isAsked whether somebody waits for an answer; nobody else is told. */
  failed(conversation: ConversationKey, isAsked: boolean): Trouble;
  /** Something worked. Gives how many failures were not logged, once. */
  worked(): number;
};

/** @param options.now in milliseconds */
export const createTroubles = ({ now }: { readonly now: () => number }): Troubles => {
  const { quietMs, conversationsMax } = bounds.troubles;
  const toldAt = new Map<ConversationKey, number>();
  let loggedAt: number | undefined;
  let unlogged = 0;
  const isQuiet = (since: number | undefined): boolean => since !== undefined && now() - since < quietMs;
  const taken = (): number => {
    const count = unlogged;
    unlogged = 0;
    return count;
  };
  return {
    failed(conversation, isAsked) {
      const isTold = isAsked && !isQuiet(toldAt.get(conversation));
      if (isTold) {
        toldAt.delete(conversation);
        toldAt.set(conversation, now());
        for (const [oldest] of toldAt) if (toldAt.size > conversationsMax) toldAt.delete(oldest);
      }
      if (isQuiet(loggedAt)) {
        unlogged += 1;
        return { isLogged: false, unlogged: 0, isTold };
      }
      loggedAt = now();
      return { isLogged: true, unlogged: taken(), isTold };
    },
    worked: taken,
  };
};
