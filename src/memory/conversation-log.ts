import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Logger } from '../core/logger.ts';
import type { NewTurn, PinOutcome, RemovedTurns, TurnChange, TurnCounts } from '../core/memory.ts';
import { answersIn, countAnswers, countsAfter, countThrough, firstTurn } from './counts.ts';
import { emptyHead, type Head, turnId } from './format.ts';
import { finishPending, messageIdsOf, replaced, sealedWith } from './pending.ts';
import { dropQuotes, withoutQuote } from './quotes.ts';
import type { Records } from './records.ts';
import { type Found, findMessages, findQuotes, findTurn, findTurns, segmentAt } from './search.ts';
import {
  settingsOfCopies,
  settingsThrough,
  settingsWithout,
  settingsWithoutTurns,
  withoutSummaryOf,
  withPins,
} from './settings-of-turns.ts';
import { changedTurn, copiesOf, turnOf } from './turns.ts';

/** When a tail is full, and how many of the turns that were removed are handed back. */
export type LogBounds = {
  readonly segmentTurnsMax: number;
  readonly segmentCharactersMax: number;
  readonly removedTurnsMax?: number;
};

/**
 * The log of one conversation, from here to the end of one operation: nothing is kept between
 * operations, so the store is the only truth, whatever failed before. Only one may be in use for a
 * conversation at a time. Every change becomes real with exactly one write of the head.
 */
export type ConversationLog = {
  readonly head: Head;
  append(turn: NewTurn): Promise<Turn>;
  /** The turns from an id on, up to another, at most the newest of them, oldest first. */
  turns(range: { readonly fromId?: string; readonly toId?: string; readonly newest?: number }): Promise<readonly Turn[]>;
  turn(id: string): Promise<Turn | undefined>;
  turnsOf(ids: readonly string[]): Promise<readonly Turn[]>;
  counts(toId: string | undefined): Promise<TurnCounts>;
  first(): Promise<Turn | undefined>;
  /** @param saidAt see `findMessages` */
  find(messageId: string, saidAt?: number): Promise<Turn | undefined>;
  edit(messageId: string, text: string): Promise<boolean>;
  change(id: string, change: TurnChange): Promise<Turn | undefined>;
  remove(messageIds: readonly string[]): Promise<number>;
  removeTurns(ids: readonly string[]): Promise<readonly Turn[]>;
  removeAfter(id: string): Promise<RemovedTurns>;
  /** Takes over copies of turns, with settings; undefined when there are turns already. `isCutOff`: the first ones are missing. */
  fill(turns: readonly Turn[], settings: Head['settings'], isCutOff?: boolean): Promise<number | undefined>;
  clear(): Promise<number>;
  pin(id: string, isPinned: boolean, countMax: number): Promise<PinOutcome>;
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
  }: { readonly records: Records; readonly bounds: LogBounds; readonly now: () => number; readonly logger: Logger },
): Promise<ConversationLog> => {
  let head = (await records.readHead(conversation)) ?? emptyHead;

  const write = async (change: Head): Promise<void> => {
    const next = { ...change, changedAt: now() };
    await records.writeHead(conversation, next);
    head = next;
  };

  const finished = (pending: Head): Promise<Head> => finishPending({ conversation, records, logger }, pending);

  if (head.pending !== undefined) {
    logger.info({ conversation, pending: head.pending.kind }, 'finishing a change that was interrupted');
    await write(await finished(head));
  }

  const segments = { conversation, records };

  /** Puts a turn in the place of the one that was found. */
  const put = async ({ turn: former, segment }: Found, turn: Turn): Promise<void> => {
    if (segment === 'tail') return write({ ...head, tail: replaced(head.tail, turn) });
    const goneMessageIds = former.messageIds.filter((id) => !turn.messageIds.includes(id));
    if (goneMessageIds.length > 0 || turn.messageIds.some((id) => !former.messageIds.includes(id))) {
      // Its new messages are newer than what was sealed.
      const { sealedAt } = head;
      const later = sealedAt === undefined ? {} : { sealedAt: Math.max(sealedAt, now()) };
      await write({ ...head, ...later, pending: { kind: 'replace', segment, turn, goneMessageIds } });
      return write(await finished(head));
    }
    const turns = replaced(await records.readSegment(conversation, segment), turn);
    if (former.quoted !== undefined) await dropQuotes(segments, segment, [former], turns);
    return records.writeSegment(conversation, segment, turns, []);
  };

  const removeFound = async (found: readonly Found[]): Promise<void> => {
    if (found.length === 0) return;
    const gone = new Set(found.map(({ turn }) => turn.id));
    const settings = settingsWithout(head.settings, gone);
    const counts = countsAfter(head, { turns: -found.length, answers: -answersIn(found.map(({ turn }) => turn)) });
    const rest = { ...head, settings, ...counts, tail: head.tail.filter(({ id }) => !gone.has(id)) };
    const sealed = Map.groupBy(
      found.filter(({ segment }) => segment !== 'tail'),
      ({ segment }) => Number(segment),
    );
    if (sealed.size === 0) return write(rest);
    const segments = [...sealed].map(([segment, those]) => ({ segment, turnIds: those.map(({ turn }) => turn.id) }));
    const indexed = messageIdsOf([...sealed.values()].flat().map(({ turn }) => turn));
    await write({ ...rest, pending: { kind: 'remove', segments, messageIds: [...indexed] } });
    await write(await finished(head));
  };

  /** The turn is remembered once the first write is done; what fails of the sealing is finished by whoever opens the log next. */
  const writeAndSeal = async (next: Head): Promise<void> => {
    await write({ ...next, pending: { kind: 'seal' } });
    try {
      await write(await finished(head));
    } catch (error) {
      logger.warn({ conversation, error }, 'a full block of turns could not be put away yet');
    }
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
      const counts = countsAfter(head, { turns: 1, answers: answersIn([turn]) });
      const next: Head = { ...head, ...counts, nextTurn: head.nextTurn + 1, tail: [...head.tail, turn] };
      // Nobody waits behind an answer, but everybody for one: where it can be, a tail is sealed then.
      if (turn.role === 'user' || !isFull(next.tail)) await write(next);
      else await writeAndSeal(next);
      return turn;
    },
    turns: async ({ fromId = '', toId, newest = Number.POSITIVE_INFINITY }) => {
      const isInTail = toId === undefined || toId >= (head.tail[0]?.id ?? turnId(head.nextTurn));
      const last = isInTail ? head.nextSegment - 1 : ((await segmentAt(segments, head, toId))?.number ?? -1);
      const upTo = (turns: readonly Turn[]) => (toId === undefined ? turns : turns.filter(({ id }) => id <= toId));
      const blocks: (readonly Turn[])[] = [isInTail ? upTo(head.tail) : []];
      let count = blocks[0]?.length ?? 0;
      let oldest = blocks[0]?.[0];
      for (let number = last; number >= head.firstSegment; number -= 1) {
        if (count >= newest || (oldest !== undefined && oldest.id <= fromId)) break;
        const block = upTo(await records.readSegment(conversation, number));
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
    turn: async (id) => (await findTurn(segments, head, id))?.turn,
    turnsOf: async (ids) => (await findTurns(segments, head, ids)).map(({ turn }) => turn),
    counts: async (toId) => {
      if (head.answers === undefined) await write({ ...head, answers: await countAnswers(segments, head) });
      return countThrough(segments, head, toId);
    },
    first: () => firstTurn(segments, head),
    find: async (messageId, saidAt) => (await findMessages(segments, head, [messageId], saidAt))[0]?.turn,
    edit: async (messageId, text) => {
      const [found] = await findMessages(segments, head, [messageId]);
      if (found === undefined) return false;
      // What it replies to is no part of what was edited.
      const whole = `${found.turn.quoted?.text ?? ''}${text}`;
      await put(found, { ...found.turn, alternatives: found.turn.alternatives.with(found.turn.shown, whole) });
      return true;
    },
    change: async (id, change) => {
      const found = await findTurn(segments, head, id);
      const turn = found && changedTurn(found.turn, change);
      if (turn) await put(found, turn);
      return turn;
    },
    remove: async (messageIds) => {
      // Quotes of them first: if this fails half-way, the messages are still found by who deletes them again.
      const quoting = await findQuotes(segments, head, messageIds);
      for (const each of quoting) await put(each, withoutQuote(each.turn));
      const changed = new Set(quoting.map(({ turn }) => turn.id));
      const settings = withoutSummaryOf(head.settings, changed);
      if (settings !== head.settings) await write({ ...head, settings });
      const found = await findMessages(segments, head, messageIds);
      await removeFound(found);
      return found.length;
    },
    removeTurns: async (ids) => {
      const found = await findTurns(segments, head, ids);
      await removeFound(found);
      return found.map(({ turn }) => turn);
    },
    removeAfter: async (id) => {
      const isTailKept = head.firstSegment === head.nextSegment || (head.tail[0] !== undefined && head.tail[0].id <= id);
      const segment = isTailKept ? head.nextSegment : ((await segmentAt(segments, head, id))?.number ?? head.firstSegment);
      const { removedTurnsMax = Number.POSITIVE_INFINITY } = bounds;
      let turns = head.tail.filter((turn) => turn.id > id);
      let count = turns.length;
      let answers = answersIn(turns);
      for (let number = head.nextSegment - 1; number >= segment; number -= 1) {
        const gone = (await records.readSegment(conversation, number)).filter((turn) => turn.id > id);
        count += gone.length;
        answers += answersIn(gone);
        if (turns.length < removedTurnsMax) turns = [...gone, ...turns];
      }
      if (count === 0) return { count, turns: [] };
      const settings = settingsThrough(head.settings, id);
      const counts = countsAfter(head, { turns: -count, answers: -answers });
      const rest = { ...head, settings, ...counts, tail: head.tail.filter((turn) => turn.id <= id) };
      if (isTailKept) await write(rest);
      else {
        const to = head.nextSegment;
        await write({ ...rest, nextSegment: segment + 1, pending: { kind: 'cut', afterId: id, segment, to } });
        await write(await finished(head));
      }
      return { count, turns: turns.slice(-removedTurnsMax) };
    },
    fill: async (turns, settings, isCutOff = false) => {
      if (head.count > 0) return undefined;
      const copies = copiesOf(turns, head.nextTurn);
      const blocks: Turn[][] = [[]];
      for (const turn of copies) {
        if (isFull(blocks.at(-1) ?? [])) blocks.push([]);
        blocks.at(-1)?.push(turn);
      }
      const sealed = blocks.slice(0, -1);
      const { nextSegment: from } = head;
      const to = from + sealed.length;
      // Until the head knows of them, a crash takes the segments away again.
      if (sealed.length > 0) await write({ ...head, pending: { kind: 'clear', from, to } });
      for (const [index, block] of sealed.entries()) await records.writeSegment(conversation, from + index, block, []);
      const { pending: _done, isCutOff: _former, ...rest } = head;
      const idOf = (id: string): string | undefined => copies[turns.findLastIndex((turn) => turn.id <= id)]?.id;
      const copyOf = (id: string): string | undefined => copies[turns.findIndex((turn) => turn.id === id)]?.id;
      await write({
        ...rest,
        ...sealedWith(rest, sealed.flat()),
        nextSegment: to,
        nextTurn: rest.nextTurn + copies.length,
        count: copies.length,
        answers: answersIn(copies),
        ...(isCutOff && { isCutOff }),
        tail: blocks.at(-1) ?? [],
        settings: { ...settingsWithoutTurns(rest.settings), ...settingsOfCopies(settings, idOf, copyOf) },
      });
      return copies.length;
    },
    clear: async () => {
      const { isCutOff: _former, sealedAt: _gone, ...rest } = head;
      const { count, firstSegment: from, nextSegment: to } = head;
      const kept = settingsWithoutTurns(head.settings);
      const isClean = Object.keys(kept).length === Object.keys(head.settings).length;
      // What was picked is picked anew; no other reset has this number, for turns never get theirs twice.
      const settings = count === 0 ? kept : { ...kept, pickSeed: `${conversation}#${head.nextTurn}` };
      const cleared = { ...rest, count: 0, answers: 0, firstSegment: to, tail: [], settings };
      if (count === 0 && from === to && isClean) return 0;
      if (from === to) await write(cleared);
      else {
        await write({ ...cleared, pending: { kind: 'clear', from, to } });
        await write(await finished(head));
      }
      return count;
    },
    pin: async (id, isPinned, countMax) => {
      const { pins = [] } = head.settings;
      if (pins.includes(id) === isPinned) return 'unchanged';
      if (isPinned && (await findTurn(segments, head, id)) === undefined) return 'unknown';
      if (isPinned && pins.length >= countMax) return 'full';
      const next = isPinned ? [...pins, id] : pins.filter((other) => other !== id);
      await write({ ...head, settings: withPins(head.settings, next) });
      return 'changed';
    },
    configure: (settings) => write({ ...head, settings }),
  };
};

const charactersOf = (turns: readonly Turn[]): number =>
  turns.reduce((sum, turn) => sum + turn.alternatives.reduce((length, text) => length + text.length, 0), 0);
