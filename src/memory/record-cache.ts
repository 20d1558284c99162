import type { Turn } from '../core/conversation.ts';
import type { Head } from './format.ts';
import type { Records } from './records.ts';

/** What is held of one kind of record at most: so many, and characters of all, as they are stored. */
export type HeldMax = { readonly countMax: number; readonly charactersMax: number };

/**
 * Records whose heads and segments are held in memory, those used last, so that a question in a conversation that is
 * going on reads nothing of it from the store, and neither does what people say where the bot was never spoken to. What is held is
 * what the store took: a write that failed may have been made, so its record is read again.
 */
export const withRecordCache = (records: Records, bounds: { readonly heads: HeldMax; readonly segments: HeldMax }): Records => {
  /** Of turns, as each is held and measured again with every one that comes behind it. */
  const lengths = new WeakMap<Turn, number>();
  const lengthOf = (turns: readonly Turn[]): number =>
    turns.reduce((sum, turn) => {
      const length = lengths.get(turn) ?? JSON.stringify(turn).length;
      lengths.set(turn, length);
      return sum + length;
    }, 0);

  /** Undefined: there is no such conversation. */
  const heads = createHeld<Head | undefined>(bounds.heads, (head) =>
    head ? lengthOf(head.tail) + JSON.stringify(untailed(head)).length : 0,
  );
  const segments = createHeld<readonly Turn[]>(bounds.segments, lengthOf);
  const keyOf = (conversation: string, number: number): string => `${number}:${conversation}`;

  return {
    ...records,
    readHead: (conversation) => heads.read(conversation, () => records.readHead(conversation)),
    writeHead: (conversation, head) => heads.write(conversation, head, () => records.writeHead(conversation, head)),
    deleteHead: (conversation) => {
      heads.drop(conversation);
      return records.deleteHead(conversation);
    },
    readSegment: (conversation, number) =>
      segments.read(keyOf(conversation, number), () => records.readSegment(conversation, number)),
    writeSegment: (conversation, number, turns, messageIds) =>
      segments.write(keyOf(conversation, number), turns, () => records.writeSegment(conversation, number, turns, messageIds)),
    deleteSegment: (conversation, number) => {
      segments.drop(keyOf(conversation, number));
      return records.deleteSegment(conversation, number);
    },
  };
};

const createHeld = <Value>({ countMax, charactersMax }: HeldMax, measure: (value: Value) => number) => {
  /** Those used longest ago come first. */
  const held = new Map<string, { readonly value: Value; readonly characters: number }>();
  let characters = 0;

  const drop = (key: string): void => {
    characters -= held.get(key)?.characters ?? 0;
    held.delete(key);
  };
  const hold = (key: string, value: Value, length = measure(value)): void => {
    drop(key);
    held.set(key, { value, characters: length });
    characters += length;
    for (const oldest of held.keys()) {
      if (held.size <= countMax && characters <= charactersMax) break;
      drop(oldest);
    }
  };
  return {
    drop,
    read: async (key: string, from: () => Promise<Value>): Promise<Value> => {
      const entry = held.get(key);
      const value = entry ? entry.value : await from();
      hold(key, value, entry?.characters);
      return value;
    },
    write: async (key: string, value: Value, to: () => Promise<void>): Promise<void> => {
      drop(key);
      await to();
      hold(key, value);
    },
  };
};

const untailed = ({ tail: _tail, ...rest }: Head): object => rest;
