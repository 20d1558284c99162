import type { ConversationKey } from '../core/conversation.ts';
import type { Place } from '../core/settings.ts';

/** Where something happened. */
export type Whereabouts = { readonly conversation: ConversationKey; readonly place?: Place };

/** Told of what happens in conversations, for what goes on beside them. Nothing here throws or takes long. */
export type TurnEvents = {
  /** A human has said something, whether it is answered or not. */
  heard?(where: Whereabouts): void;
  /** An answer is remembered. */
  kept?(where: Whereabouts): void;
  /** Everybody who was to answer a question has; its turn's id. */
  answered?(where: Whereabouts & { readonly questionId: string }): void;
  /** Turns have left the prompt for good. */
  dropped?(where: Whereabouts): void;
};

/** Tells several. */
export const joinEvents = (...all: readonly TurnEvents[]): Required<TurnEvents> => ({
  heard: (where) => {
    for (const each of all) each.heard?.(where);
  },
  kept: (where) => {
    for (const each of all) each.kept?.(where);
  },
  answered: (where) => {
    for (const each of all) each.answered?.(where);
  },
  dropped: (where) => {
    for (const each of all) each.dropped?.(where);
  },
});
