import type { MessageExtras } from './message-body.ts';
import type { MessageRequests } from './message-requests.ts';
import type { OwnRemovals } from './own-removals.ts';

/** Tells whoever waits what comes before; one message for each question, taken away when its turn has come. */
export interface PlaceNotice {
  show(text: string): void;
  /** Takes it away, for good. Resolves when nothing is under way any more; never rejects. */
  clear(): Promise<void>;
}

export type PlaceNoticeOptions = {
  readonly requests: MessageRequests;
  readonly nonce: string;
  readonly ownRemovals: OwnRemovals;
  onTrouble(error: unknown): void;
};

const extras: MessageExtras = { isSilent: true, hasNoPreviews: true };

export const createPlaceNotice = ({ requests, nonce, ownRemovals, onTrouble }: PlaceNoticeOptions): PlaceNotice => {
  let id: string | undefined;
  let shown: string | undefined;
  let isOver = false;
  let last: Promise<void> = Promise.resolve();

  /** One after the other, so that what is sent is also what is taken away. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch(onTrouble);
    return last;
  };

  return {
    show: (text) => {
      if (isOver || text === shown) return;
      shown = text;
      void inTurn(async () => {
        if (isOver) return;
        if (id === undefined) id = (await requests.post(text, nonce, true, extras)).id;
        else await requests.edit(id, text);
      });
    },
    clear: () => {
      if (isOver) return last;
      isOver = true;
      return inTurn(async () => {
        if (id === undefined) return;
        ownRemovals.note(id);
        await requests.remove(id);
      });
    },
  };
};
