import type Keyv from 'keyv';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import {
  checkRecord,
  formatVersion,
  type Head,
  type MessagePlace,
  parseRecord,
  type QuotePlaces,
  type RecordKind,
  type Segment,
} from './format.ts';
import { dropQuotes } from './quotes.ts';

/** The stored values of conversations, checked. Every failure is a `PaddockError` (`store-failed`). */
export type Records = {
  /** Undefined for an unknown conversation. */
  readHead(conversation: ConversationKey): Promise<Head | undefined>;
  writeHead(conversation: ConversationKey, head: Head): Promise<void>;
  /** A segment that the head names must be there. */
  readSegment(conversation: ConversationKey, number: number): Promise<readonly Turn[]>;
  /** Writes a segment, and into the index that these messages, which are not in it yet, are there. */
  writeSegment(
    conversation: ConversationKey,
    number: number,
    turns: readonly Turn[],
    messageIds: readonly string[],
  ): Promise<void>;
  /** Removes a segment and what the index says of it. A damaged or missing one is removed too. */
  deleteSegment(conversation: ConversationKey, number: number): Promise<'was whole' | 'was missing' | 'was damaged'>;
  /** The segment of the turn that carries a message; a turn still in the tail has none. */
  readPlace(conversation: ConversationKey, messageId: string): Promise<MessagePlace | undefined>;
  deletePlaces(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  /** The segments in which turns quote a message; those in the tail are in none. */
  readQuotes(conversation: ConversationKey, messageId: string): Promise<readonly number[]>;
  /** Without segments nothing is left of it. */
  writeQuotes(conversation: ConversationKey, messageId: string, segments: readonly number[]): Promise<void>;
  /** Nothing is left of the conversation; its segments must be gone already. */
  deleteHead(conversation: ConversationKey): Promise<void>;
  close(): Promise<void>;
};

/** @param store must throw its errors (`throwOnErrors`), or a failed delete would pass for a done one. */
export const createRecords = (store: Keyv): Records => {
  if (!store.throwOnErrors) throw new TypeError('The memory needs a Keyv with throwOnErrors: true, as openStore makes them');

  // A turn never changes, and is written again with every one that comes behind it in its tail.
  const known = new WeakSet<Turn>();

  /** Keyv's `get` can take an error for an absent key; `getRaw` can't. */
  const read = async <Kind extends RecordKind>(kind: Kind, key: string) => {
    const data = await guarded('read', key, () => store.getRaw<unknown>(key));
    if (data === undefined) return undefined;
    try {
      return parseRecord(kind, data.value);
    } catch (error) {
      throw damaged(key, error);
    }
  };

  const write = (
    entries: readonly { readonly kind: RecordKind; readonly key: string; readonly value: unknown }[],
  ): Promise<void> =>
    guarded('write', entries[0]?.key ?? '', async () => {
      const [only] = entries;
      // What could not be read again would lose the conversation: a time that is no number, say.
      for (const { kind, value } of entries) checkRecord(kind, value, known);
      // Adapters answer `setMany` with booleans or with nothing.
      const done: readonly boolean[] | undefined =
        only !== undefined && entries.length === 1
          ? [await store.set(only.key, only.value)]
          : await store.setMany(entries.map(({ key, value }) => ({ key, value })));
      if (done?.includes(false)) throw new Error('the store did not take the value');
    });

  const remove = async (keys: readonly string[]): Promise<void> => {
    if (keys.length > 0) await guarded('delete', keys[0] ?? '', () => store.deleteMany([...keys]));
  };

  const records: Records = {
    readHead: (conversation) => read('conversation', headKey(conversation)),
    writeHead: (conversation, head) => write([{ kind: 'conversation', key: headKey(conversation), value: head }]),
    readSegment: async (conversation, number) => {
      const key = segmentKey(conversation, number);
      const segment = await read('segment', key);
      if (segment === undefined) throw damaged(key, new Error('it is missing'));
      return segment.turns;
    },
    writeSegment: (conversation, number, turns, messageIds) => {
      const segment: Segment = { v: formatVersion, turns };
      const place: MessagePlace = { v: formatVersion, segment: number };
      return write([
        { kind: 'segment', key: segmentKey(conversation, number), value: segment },
        ...messageIds.map((id) => ({ kind: 'message' as const, key: placeKey(conversation, id), value: place })),
      ]);
    },
    deleteSegment: async (conversation, number) => {
      const key = segmentKey(conversation, number);
      const found = await read('segment', key).catch((error: unknown) => {
        if (isDamage(error)) return 'damaged' as const;
        throw error;
      });
      if (found === undefined) return 'was missing';
      // The index first: without its segment nothing would know any more what to remove from it.
      if (found !== 'damaged') {
        const messageIds = found.turns.flatMap((turn) => turn.messageIds);
        await records.deletePlaces(conversation, messageIds);
        await dropQuotes({ conversation, records }, number, found.turns);
      }
      await remove([key]);
      return found === 'damaged' ? 'was damaged' : 'was whole';
    },
    readPlace: (conversation, messageId) => read('message', placeKey(conversation, messageId)),
    deletePlaces: (conversation, messageIds) => remove(messageIds.map((id) => placeKey(conversation, id))),
    readQuotes: async (conversation, messageId) => (await read('quote', quoteKey(conversation, messageId)))?.segments ?? [],
    writeQuotes: (conversation, messageId, segments) => {
      const key = quoteKey(conversation, messageId);
      const value: QuotePlaces = { v: formatVersion, segments };
      return segments.length === 0 ? remove([key]) : write([{ kind: 'quote', key, value }]);
    },
    deleteHead: (conversation) => remove([headKey(conversation)]),
    close: () => guarded('close', '', () => store.disconnect()),
  };
  return records;
};

const headKey = (conversation: ConversationKey): string => `conversation:${conversation}`;
const segmentKey = (conversation: ConversationKey, number: number): string => `segment:${conversation}:${number}`;
/**
 * Conversation keys hold colons; a message id in a key holds none, so that no two pairs have the same key.
 * Nor does it hold half a surrogate pair, which stores refuse: a tail with such an id could never be sealed.
 */
const placeKey = (conversation: ConversationKey, messageId: string): string => `message:${conversation}:${inKey(messageId)}`;
const quoteKey = (conversation: ConversationKey, messageId: string): string => `quote:${conversation}:${inKey(messageId)}`;
const inKey = (messageId: string): string =>
  messageId.replace(/[%:\p{Surrogate}]/gu, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);

const guarded = async <Result>(verb: string, key: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    // JSON that can't be parsed: the store works, its value doesn't.
    if (error instanceof SyntaxError) throw damaged(key, error);
    if (error instanceof PaddockError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PaddockError('store-failed', `The store failed to ${verb} ${key}: ${reason}`, {
      userText: sentence('memoryUnreachable'),
      isRetryable: true,
      cause: error,
    });
  }
};

class DamagedRecord extends PaddockError {}

const isDamage = (error: unknown): boolean => error instanceof DamagedRecord;

const damaged = (key: string, cause: unknown): PaddockError =>
  new DamagedRecord(
    'store-failed',
    `The stored value ${key} can not be used: ${cause instanceof Error ? cause.message : String(cause)}. Restore a backup of the store.`,
    {
      userText: sentence('conversationDamaged'),
      cause,
    },
  );
