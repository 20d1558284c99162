import { z } from 'zod';
import type { ConversationSettings, Turn } from '../core/conversation.ts';

/**
 * What a conversation looks like in the store:
 *
 *     conversation:<key>        the head: settings, counters and the newest turns (the tail)
 *     segment:<key>:<n>         older turns, sealed: the former tails, in the order of their numbers
 *     message:<key>:<id>        the segment of the turn that carries a platform message
 *     quote:<key>:<id>          the segments with turns that quote one which is not remembered itself
 *
 * An append writes the head alone: one key, so no crash can leave half of it, on any backend. When the
 * tail is full it becomes a segment, whose messages get into the index then (those of the tail are
 * looked up in the tail). A change of several keys is written into the head first, as `pending`; whoever
 * reads a head with something pending finishes it before anything else. Each step of it can be repeated.
 *
 * A value that is not of its form is an error. Unknown properties are one too: they were written by a
 * newer version and would be lost with the next write.
 */
export const formatVersion = 2;

type Migration = (value: Readonly<Record<string, unknown>>) => unknown;

/** Version 2 has more settings and kinds of `pending`; all that version 1 can hold stays as it is. */
const toVersion2: Migration = (value) => ({ ...value, v: 2 });

/** Brings a value of version n (the index, counted from 1) to version n + 1. */
const migrations: Readonly<Record<RecordKind, readonly Migration[]>> = {
  conversation: [toVersion2],
  segment: [toVersion2],
  message: [toVersion2],
  quote: [toVersion2],
};

const counter = z.int().nonnegative();

const turn = z
  .strictObject({
    id: z.string().min(1),
    role: z.enum(['user', 'assistant']),
    speaker: z.strictObject({ id: z.string(), name: z.string() }),
    alternatives: z.array(z.string()).min(1),
    shown: counter,
    at: z.number(),
    messageIds: z.array(z.string()),
    replyTo: z.string().exactOptional(),
    quoted: z
      .strictObject({
        speaker: z.strictObject({ id: z.string(), name: z.string() }),
        messageId: z.string(),
        text: z.string(),
      })
      .exactOptional(),
  })
  .refine(({ alternatives, shown }) => shown < alternatives.length, 'shows an alternative that it does not have');

const role = z.enum(['system', 'user', 'assistant']);

const scene = z.strictObject({
  members: z.array(
    z.strictObject({ personaId: z.string(), isMuted: z.boolean().exactOptional(), joinedAfterId: z.string().exactOptional() }),
  ),
  speaking: z.enum(['natural', 'list', 'manual']),
  cards: z.enum(['swap', 'join', 'join-all']),
  scenario: z.string().exactOptional(),
  auto: z.strictObject({ pauseMs: counter, turnsMax: counter }).exactOptional(),
  narratorId: z.string().exactOptional(),
});

const note = z.strictObject({
  text: z.string(),
  interval: counter,
  position: z.discriminatedUnion('at', [
    z.strictObject({ at: z.literal('depth'), depth: counter }),
    z.strictObject({ at: z.literal('note') }),
  ]),
  role,
});

const settings = z.strictObject({
  personaId: z.string().exactOptional(),
  scene: scene.exactOptional(),
  note: note.exactOptional(),
  scenario: z.string().exactOptional(),
  summary: z.strictObject({ text: z.string(), fromId: z.string().exactOptional(), throughId: z.string() }).exactOptional(),
  isSummarised: z.boolean().exactOptional(),
  pins: z.array(z.string()).exactOptional(),
  variables: z.record(z.string(), z.string()).exactOptional(),
  pickSeed: z.string().exactOptional(),
  promptStartId: z.string().exactOptional(),
} satisfies { [Name in keyof Required<ConversationSettings>]: z.ZodType });

const pending = z.discriminatedUnion('kind', [
  /** The tail becomes segment `nextSegment`. */
  z.strictObject({ kind: z.literal('seal') }),
  /** Turns leave sealed segments, their messages leave the index. The head has them no more. */
  z.strictObject({
    kind: z.literal('remove'),
    segments: z.array(z.strictObject({ segment: counter, turnIds: z.array(z.string()) })),
    messageIds: z.array(z.string()),
  }),
  /** The segments from `from` up to, not including, `to` go. The head has forgotten them. */
  z.strictObject({ kind: z.literal('clear'), from: counter, to: counter }),
  /** The turns after an id leave `segment`, and the segments behind it up to, not including, `to` go. The head has them no more. */
  z.strictObject({ kind: z.literal('cut'), afterId: z.string(), segment: counter, to: counter }),
  /** A turn of a sealed segment has become this one, and some messages carry it no more. */
  z.strictObject({ kind: z.literal('replace'), segment: counter, turn, goneMessageIds: z.array(z.string()) }),
]);

const fewerThanItHas = 'counts fewer turns than it has';
const head = z
  .strictObject({
    v: z.literal(formatVersion),
    /** The number of the next turn; it never goes back, so that ids are never used twice. */
    nextTurn: counter,
    /** The sealed segments are those from here … */
    firstSegment: counter,
    /** … up to, not including, this one, whose turns are the tail. A number is used again only when a cut has taken all its rows. */
    nextSegment: counter,
    /** No sealed turn was said after this, in milliseconds since 1970. Absent where none is known to be sealed, or since when. */
    sealedAt: z.number().exactOptional(),
    /** Turns in all, sealed ones and the tail. */
    count: counter,
    /** Answers among them. Absent in what was stored before they were counted. */
    answers: counter.exactOptional(),
    /** A copy that does not hold the turn which the conversation began with. */
    isCutOff: z.literal(true).exactOptional(),
    tail: z.array(turn),
    settings,
    /** When the conversation was last written, in milliseconds since 1970. */
    changedAt: z.number(),
    pending: pending.exactOptional(),
  })
  .refine(({ firstSegment, nextSegment }) => firstSegment <= nextSegment, 'ends before it begins')
  .refine(({ count, tail }) => count >= tail.length, fewerThanItHas)
  .refine(({ count, answers = 0 }) => answers <= count, 'counts more answers than turns');

const segment = z.strictObject({ v: z.literal(formatVersion), turns: z.array(turn) });
const message = z.strictObject({ v: z.literal(formatVersion), segment: counter });

const quote = z.strictObject({ v: z.literal(formatVersion), segments: z.array(counter) });

const schemas = { conversation: head, segment, message, quote };

export type RecordKind = keyof typeof schemas;
type Pending =
  | Exclude<z.infer<typeof pending>, { kind: 'replace' }>
  | { readonly kind: 'replace'; readonly segment: number; readonly turn: Turn; readonly goneMessageIds: readonly string[] };
export type Head = Readonly<Omit<z.infer<typeof head>, 'tail' | 'pending' | 'settings'>> & {
  readonly settings: ConversationSettings;
  readonly tail: readonly Turn[];
  readonly pending?: Pending;
};
export type Segment = { readonly v: typeof formatVersion; readonly turns: readonly Turn[] };
export type MessagePlace = z.infer<typeof message>;
export type QuotePlaces = { readonly v: typeof formatVersion; readonly segments: readonly number[] };
type Records = {
  readonly conversation: Head;
  readonly segment: Segment;
  readonly message: MessagePlace;
  readonly quote: QuotePlaces;
};

// What is written as a turn must be all of a turn; a new property of Turn fails here until it has its schema.
type Same<A, B> = [A, B] extends [B, A] ? true : never;
const _turnIsWhole: Same<keyof Turn, keyof z.infer<typeof turn>> = true;
void _turnIsWhole;

/** Checks a stored value and brings it to the newest format. Throws an `Error` that names the place, never the content. */
export const parseRecord = <Kind extends RecordKind>(kind: Kind, value: unknown): Records[Kind] => {
  const result = schemas[kind].safeParse(upgraded(kind, value));
  if (result.success) return result.data as Records[Kind];
  const [issue] = result.error.issues;
  throw new Error(`it is not of its form at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown'}`);
};

/** Checks a value that is to be written as it will be when it is read. @param known turns that are of their form, to be passed over; more come to them. */
export const checkRecord = (kind: RecordKind, value: unknown, known: WeakSet<Turn>): void => {
  if (kind !== 'conversation') return void parseRecord(kind, value);
  const head = value as Head;
  const { tail } = head;
  parseRecord(kind, { ...head, tail: tail.filter((turn) => !known.has(turn)) });
  // The form's own rule sees only those that are new.
  if (head.count < tail.length) throw new Error(fewerThanItHas);
  for (const turn of tail) known.add(turn);
};

const upgraded = (kind: RecordKind, value: unknown): unknown => {
  let current = value;
  for (;;) {
    if (typeof current !== 'object' || current === null || !('v' in current) || typeof current.v !== 'number') return current;
    if (current.v > formatVersion) throw new Error('it was written by a newer version of Paddock. Update Paddock');
    const step = migrations[kind][current.v - 1];
    if (current.v === formatVersion || step === undefined) return current;
    current = step(current as Readonly<Record<string, unknown>>);
  }
};

/** The head of a conversation of which nothing is remembered. */
export const emptyHead: Head = {
  v: formatVersion,
  nextTurn: 0,
  firstSegment: 0,
  nextSegment: 0,
  count: 0,
  answers: 0,
  tail: [],
  settings: {},
  changedAt: 0,
};

/** Ids of nine digits in base 36, so that they compare as strings as their numbers do. */
export const turnId = (number: number): string => number.toString(36).padStart(9, '0');
