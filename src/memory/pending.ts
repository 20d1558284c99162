import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Logger } from '../core/logger.ts';
import type { Head } from './format.ts';
import { dropQuotes, noteQuotes } from './quotes.ts';
import type { Records } from './records.ts';

/** Does what a head says is pending and gives the head without it, not yet written. Can be repeated. */
export const finishPending = async (
  log: { readonly conversation: ConversationKey; readonly records: Records; readonly logger: Logger },
  { pending, ...rest }: Head,
): Promise<Head> => {
  const { conversation, records, logger } = log;
  if (pending === undefined) return rest;
  switch (pending.kind) {
    case 'seal':
      await noteQuotes(log, rest.nextSegment, rest.tail);
      await records.writeSegment(conversation, rest.nextSegment, rest.tail, messageIdsOf(rest.tail));
      return { ...rest, ...sealedWith(rest, rest.tail), nextSegment: rest.nextSegment + 1, tail: [] };
    case 'remove':
      for (const { segment, turnIds } of pending.segments) {
        const turns = await records.readSegment(conversation, segment);
        const kept = turns.filter(({ id }) => !turnIds.includes(id));
        await dropQuotes(
          log,
          segment,
          turns.filter(({ id }) => turnIds.includes(id)),
          kept,
        );
        await records.writeSegment(conversation, segment, kept, []);
      }
      await records.deletePlaces(conversation, pending.messageIds);
      return rest;
    case 'clear':
      for (let number = pending.from; number < pending.to; number += 1) {
        const state = await records.deleteSegment(conversation, number);
        if (state === 'was damaged') logger.warn({ conversation, segment: number }, 'removed a damaged segment');
      }
      return rest;
    case 'cut': {
      for (let number = pending.segment + 1; number < pending.to; number += 1) await records.deleteSegment(conversation, number);
      const turns = await records.readSegment(conversation, pending.segment);
      const kept = turns.filter(({ id }) => id <= pending.afterId);
      // The indexes first: without the turns nothing would know any more what to remove from them.
      await dropQuotes(log, pending.segment, turns.slice(kept.length), kept);
      await records.deletePlaces(conversation, messageIdsOf(turns.slice(kept.length)));
      await records.writeSegment(conversation, pending.segment, kept, []);
      return rest;
    }
    case 'replace': {
      const turns = await records.readSegment(conversation, pending.segment);
      await records.writeSegment(conversation, pending.segment, replaced(turns, pending.turn), pending.turn.messageIds);
      await records.deletePlaces(conversation, pending.goneMessageIds);
      return rest;
    }
    default:
      return pending satisfies never;
  }
};

/** When the last of the sealed turns was said, once these are; unknown while there are others of which it is. */
export const sealedWith = (
  { firstSegment, nextSegment, sealedAt }: Head,
  turns: readonly Turn[],
): { readonly sealedAt?: number } => {
  if (sealedAt === undefined && firstSegment < nextSegment) return {};
  return { sealedAt: turns.reduce((latest, { at }) => Math.max(latest, at), sealedAt ?? 0) };
};

/** Turns with another one in the place of that of its id. */
export const replaced = (turns: readonly Turn[], turn: Turn): readonly Turn[] =>
  turns.map((other) => (other.id === turn.id ? turn : other));

export const messageIdsOf = (turns: readonly Turn[]): readonly string[] => turns.flatMap((turn) => turn.messageIds);
