import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Logger } from '../core/logger.ts';
import type { NewTurn } from '../core/memory.ts';
import { emptyHead, type Head, turnId } from './format.ts';
import type { Records } from './records.ts';

/** Where a remembered turn is: in the tail, or in a sealed segment. */
type Found = { readonly turn: Turn; readonly segment: 'tail' | number };

/** When a tail is full. */
export type TailBounds = { readonly segmentTurnsMax: number; readonly segmentCharactersMax: number };

/**
 * The log of one conversation, from here to the end of one operation: nothing is kept between
 * operations, so the store is the only truth, whatever failed before. Only one may be in use for a
 * conversation at a time. Every change becomes real with exactly one write of the head.
 */
export type ConversationLog = {
  readonly head: Head;
  append(turn: NewTurn): Promise<Turn>;
  /** The turns from an id on, at most the newest of them, oldest first. */
  turns(range: { readonly fromId?: string; readonly newest?: number }): Promise<readonly Turn[]>;
  find(messageId: string): Promise<Turn | undefined>;
  edit(messageId: string, text: string): Promise<boolean>;
  remove(messageIds: readonly string[]): Promise<number>;
  clear(): Promise<number>;
  configure(settings: Head['settings']): Promise<void>;
};

/** Reads the head, and finishes what a crash or a failure left half done. */
export const openConversationLog = async (
  conversation: ConversationKey,
  {
    records,
    bounds,
    now,
    logger,
  }: { readonly records: Records; readonly bounds: TailBounds; readonly now: () => number; readonly logger: Logger },
): Promise<ConversationLog> => {
  let head = (await records.readHead(conversation)) ?? emptyHead;

  const write = async (change: Head): Promise<void> => {
    const next = { ...change, changedAt: now() };
    await records.writeHead(conversation, next);
    head = next;
  };

  /** Does what the head says is pending and returns the head without it, not yet written. Can be repeated. */
  const finished = async ({ pending, ...rest }: Head): Promise<Head> => {
    if (pending === undefined) return rest;
    switch (pending.kind) {
      case 'seal':
        await records.writeSegment(conversation, rest.nextSegment, rest.tail, 'now');
        return { ...rest, nextSegment: rest.nextSegment + 1, tail: [] };
      case 'remove':
        for (const { segment, turnIds } of pending.segments) {
          const kept = (await records.readSegment(conversation, segment)).filter(({ id }) => !turnIds.includes(id));
          await records.writeSegment(conversation, segment, kept, 'already');
        }
        await records.deletePlaces(conversation, pending.messageIds);
        return rest;
      case 'clear':
        for (let number = pending.from; number < pending.to; number += 1) {
          const state = await records.deleteSegment(conversation, number);
          if (state === 'was damaged') logger.warn({ conversation, segment: number }, 'removed a damaged segment');
        }
        return rest;
      default:
        return pending satisfies never;
    }
  };

  if (head.pending !== undefined) {
    logger.info({ conversation, pending: head.pending.kind }, 'finishing a change that was interrupted');
    await write(await finished(head));
  }

  /** Looks messages up: the tail is at hand, the index names the segment of any other. */
  const findAll = async (messageIds: readonly string[]): Promise<readonly Found[]> => {
    const found = new Map<string, Found>();
    const segments = new Set<number>();
    const wanted = new Set(messageIds);
    const collect = (turns: readonly Turn[], segment: Found['segment']): void => {
      for (const turn of turns) if (turn.messageIds.some((id) => wanted.has(id))) found.set(turn.id, { turn, segment });
    };
    collect(head.tail, 'tail');
    const inTail = new Set([...found.values()].flatMap(({ turn }) => turn.messageIds));
    for (const messageId of wanted) {
      if (inTail.has(messageId) || head.firstSegment === head.nextSegment) continue;
      const place = await records.readPlace(conversation, messageId);
      // Outside these, it is what an interrupted reset left.
      if (place !== undefined && place.segment >= head.firstSegment && place.segment < head.nextSegment)
        segments.add(place.segment);
    }
    for (const segment of segments) collect(await records.readSegment(conversation, segment), segment);
    return [...found.values()];
  };

  const isFull = (tail: readonly Turn[]): boolean =>
    tail.length >= bounds.segmentTurnsMax || charactersOf(tail) >= bounds.segmentCharactersMax;

  return {
    get head() {
      return head;
    },
    append: async (newTurn) => {
      if (isFull(head.tail)) {
        await write({ ...head, pending: { kind: 'seal' } });
        head = await finished(head);
      }
      const turn = turnOf(newTurn, turnId(head.nextTurn));
      await write({ ...head, nextTurn: head.nextTurn + 1, count: head.count + 1, tail: [...head.tail, turn] });
      return turn;
    },
    turns: async ({ fromId = '', newest = Number.POSITIVE_INFINITY }) => {
      const blocks: (readonly Turn[])[] = [head.tail];
      let count = head.tail.length;
      let oldest = head.tail[0];
      for (let number = head.nextSegment - 1; number >= head.firstSegment; number -= 1) {
        if (count >= newest || (oldest !== undefined && oldest.id <= fromId)) break;
        const block = await records.readSegment(conversation, number);
        blocks.push(block);
        count += block.length;
        oldest = block[0] ?? oldest;
      }
      const wanted = blocks
        .reverse()
        .flat()
        .filter(({ id }) => id >= fromId);
      return wanted.slice(Math.max(0, wanted.length - newest));
    },
    find: async (messageId) => (await findAll([messageId]))[0]?.turn,
    edit: async (messageId, text) => {
      const [found] = await findAll([messageId]);
      if (found === undefined) return false;
      const edited = { ...found.turn, alternatives: found.turn.alternatives.with(found.turn.shown, text) };
      const replaced = (turns: readonly Turn[]) => turns.map((turn) => (turn.id === edited.id ? edited : turn));
      if (found.segment === 'tail') await write({ ...head, tail: replaced(head.tail) });
      else {
        const turns = replaced(await records.readSegment(conversation, found.segment));
        await records.writeSegment(conversation, found.segment, turns, 'already');
      }
      return true;
    },
    remove: async (messageIds) => {
      const found = await findAll(messageIds);
      if (found.length === 0) return 0;
      const gone = new Set(found.map(({ turn }) => turn.id));
      const rest = { ...head, count: head.count - found.length, tail: head.tail.filter(({ id }) => !gone.has(id)) };
      const sealed = Map.groupBy(
        found.filter(({ segment }) => segment !== 'tail'),
        ({ segment }) => Number(segment),
      );
      if (sealed.size === 0) await write(rest);
      else {
        const segments = [...sealed].map(([segment, those]) => ({ segment, turnIds: those.map(({ turn }) => turn.id) }));
        const indexed = [...sealed.values()].flat().flatMap(({ turn }) => turn.messageIds);
        await write({ ...rest, pending: { kind: 'remove', segments, messageIds: indexed } });
        await write(await finished(head));
      }
      return found.length;
    },
    clear: async () => {
      const { count, firstSegment: from, nextSegment: to } = head;
      const { promptStartId: _forgotten, ...settings } = head.settings;
      const cleared = { ...head, count: 0, firstSegment: to, tail: [], settings };
      if (count === 0 && from === to && head.settings.promptStartId === undefined) return 0;
      if (from === to) await write(cleared);
      else {
        await write({ ...cleared, pending: { kind: 'clear', from, to } });
        await write(await finished(head));
      }
      return count;
    },
    configure: (settings) => write({ ...head, settings }),
  };
};

const turnOf = (turn: NewTurn, id: string): Turn => ({
  id,
  role: turn.role,
  speaker: { id: turn.speaker.id, name: turn.speaker.name },
  alternatives: [turn.text],
  shown: 0,
  at: turn.at,
  messageIds: [...turn.messageIds],
  ...(turn.replyTo === undefined ? {} : { replyTo: turn.replyTo }),
});

const charactersOf = (turns: readonly Turn[]): number =>
  turns.reduce((sum, turn) => sum + turn.alternatives.reduce((length, text) => length + text.length, 0), 0);
