import type { ConversationKey, Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { TurnCounts } from '../core/memory.ts';
import { type Head, turnId } from './format.ts';
import type { Records } from './records.ts';

type Segments = { readonly conversation: ConversationKey; readonly records: Pick<Records, 'readSegment'> };

/** How many of these turns are answers. */
export const answersIn = (turns: readonly Pick<Turn, 'role'>[]): number =>
  turns.filter(({ role }) => role === 'assistant').length;

/** The counters of a head after turns came or went. What was stored without a count of answers has none until somebody asks for it. */
export const countsAfter = (
  head: Head,
  { turns, answers }: TurnCounts,
): { readonly count: number; readonly answers?: number } => {
  const former = knownAnswers(head);
  const count = head.count + turns;
  // Of a conversation that was damaged once, fewer answers may have been counted than are taken away.
  return { count, ...(former !== undefined && { answers: Math.max(0, Math.min(count, former + answers)) }) };
};

/** The answers of a conversation, as far as its head tells. */
const knownAnswers = (head: Head): number | undefined =>
  head.answers ?? (head.firstSegment === head.nextSegment ? answersIn(head.tail) : undefined);

/** The answers of a conversation whose head does not tell: all of it is read, one segment after the other. */
export const countAnswers = async ({ conversation, records }: Segments, head: Head): Promise<number> => {
  let answers = answersIn(head.tail);
  for (let number = head.firstSegment; number < head.nextSegment; number += 1)
    answers += answersIn(await records.readSegment(conversation, number).catch(noneIfDamaged));
  return answers;
};

/** What can not be read any more keeps nobody from being answered: no prompt holds it either. */
const noneIfDamaged = (error: unknown): readonly Turn[] => {
  if (error instanceof PaddockError && !error.isRetryable) return [];
  throw error;
};

/** The turns up to an id: all but those behind it, of which those of the tail are at hand, and segments are read from the last one on. */
export const countThrough = async ({ conversation, records }: Segments, head: Head, id = '\uffff'): Promise<TurnCounts> => {
  const inTail = head.tail.filter((turn) => turn.id > id);
  let turns = head.count - inTail.length;
  let answers = (head.answers ?? 0) - answersIn(inTail);
  if (id > (head.tail[0]?.id ?? turnId(head.nextTurn - 1))) return { turns, answers };
  let oldest = head.tail[0];
  for (let number = head.nextSegment - 1; number >= head.firstSegment; number -= 1) {
    if (oldest !== undefined && oldest.id <= id) break;
    const segment = await records.readSegment(conversation, number);
    const behind = segment.filter((turn) => turn.id > id);
    turns -= behind.length;
    answers -= answersIn(behind);
    oldest = segment[0] ?? oldest;
  }
  return { turns, answers };
};

/** The turn that stands first; undefined where there is none, and in copies that do not hold what the conversation began with. */
export const firstTurn = async ({ conversation, records }: Segments, head: Head): Promise<Turn | undefined> => {
  if (head.isCutOff) return undefined;
  for (let number = head.firstSegment; number < head.nextSegment; number += 1) {
    const [first] = await records.readSegment(conversation, number);
    if (first !== undefined) return first;
  }
  return head.tail[0];
};
