import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Records } from './records.ts';

/** Which sealed segments quote which messages; what the tail quotes is looked up in the tail. */
type Quotes = { readonly conversation: ConversationKey; readonly records: Pick<Records, 'readQuotes' | 'writeQuotes'> };

const quotedIn = (turns: readonly Turn[]): ReadonlySet<string> =>
  new Set(turns.flatMap(({ quoted }) => (quoted === undefined ? [] : [quoted.messageId])));

/** To be done before a segment is written with these turns: what a crash leaves too much is looked into in vain. */
export const noteQuotes = async ({ conversation, records }: Quotes, segment: number, turns: readonly Turn[]): Promise<void> => {
  for (const messageId of quotedIn(turns)) {
    const known = await records.readQuotes(conversation, messageId);
    if (!known.includes(segment))
      await records.writeQuotes(conversation, messageId, [...known, segment].slice(-bounds.quotingSegmentsMax));
  }
};

/** To be done before these turns leave a segment, in which the others stay. */
export const dropQuotes = async (
  { conversation, records }: Quotes,
  segment: number,
  gone: readonly Turn[],
  kept: readonly Turn[] = [],
): Promise<void> => {
  for (const messageId of quotedIn(gone).difference(quotedIn(kept))) {
    const known = await records.readQuotes(conversation, messageId);
    if (known.includes(segment))
      await records.writeQuotes(
        conversation,
        messageId,
        known.filter((other) => other !== segment),
      );
  }
};

/** A turn without what it quotes. */
export const withoutQuote = ({ quoted, ...turn }: Turn): Turn =>
  quoted === undefined
    ? turn
    : {
        ...turn,
        alternatives: turn.alternatives.map((text) => (text.startsWith(quoted.text) ? text.slice(quoted.text.length) : text)),
      };
