import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import { type Head, turnId } from './format.ts';
import type { Records } from './records.ts';

/** A remembered turn, and where it is: in the tail, or in a sealed segment. */
export type Found = { readonly turn: Turn; readonly segment: 'tail' | number };

/** The sealed segments of a conversation. */
type Segments = {
  readonly conversation: ConversationKey;
  readonly records: Pick<Records, 'readSegment' | 'readPlace' | 'readQuotes'>;
};

/** Looks a turn up by its id, which says nothing about its segment: in few steps, because ids ascend. */
export const findTurn = async (segments: Segments, head: Head, id: string): Promise<Found | undefined> => {
  const turn = head.tail.find((other) => other.id === id);
  if (turn !== undefined) return { turn, segment: 'tail' };
  if (head.tail[0] !== undefined && head.tail[0].id <= id) return undefined;
  const place = await segmentAt(segments, head, id);
  const sealed = place?.turns.find((other) => other.id === id);
  return place && sealed && { turn: sealed, segment: place.number };
};

/** The same for several ids, the oldest turn first; a segment that holds several is read once. */
export const findTurns = async (
  { conversation, records }: Segments,
  head: Head,
  ids: readonly string[],
): Promise<readonly Found[]> => {
  const kept = new Map<number, readonly Turn[]>();
  const readSegment: Records['readSegment'] = async (key, number) => {
    const turns = kept.get(number) ?? (await records.readSegment(key, number));
    // In the order of ids the same few segments are asked for in a row, however many ids there are.
    kept.delete(number);
    kept.set(number, turns);
    const [oldest] = kept.keys();
    if (kept.size > keptSegmentsMax && oldest !== undefined) kept.delete(oldest);
    return turns;
  };
  const found: Found[] = [];
  for (const id of [...new Set(ids)].sort()) {
    const one = await findTurn({ conversation, records: { ...records, readSegment } }, head, id);
    if (one) found.push(one);
  }
  return found;
};

const keptSegmentsMax = 8;

/** The last of the sealed segments that begin with this turn or one before it; none when all begin later. */
export const segmentAt = async (
  { conversation, records }: Segments,
  head: Head,
  id: string,
): Promise<{ readonly number: number; readonly turns: readonly Turn[] } | undefined> => {
  let found: { number: number; turns: readonly Turn[] } | undefined;
  let low = head.firstSegment;
  let high = head.nextSegment - 1;
  let guess = head.nextSegment - segmentsBetween(id, head.tail[0]?.id ?? turnId(head.nextTurn));
  for (let tries = 0; low <= high; tries += 1) {
    const isGuess = tries < guessesMax && Number.isInteger(guess);
    const from = isGuess ? Math.min(high, Math.max(low, guess)) : Math.floor((low + high) / 2);
    let number = from;
    let turns = await records.readSegment(conversation, number);
    // A segment whose turns were all deleted doesn't tell where it stands; the one below it does.
    while (turns.length === 0 && number > low) turns = await records.readSegment(conversation, --number);
    const [first, last] = [turns[0], turns.at(-1)];
    if (first !== undefined && last !== undefined && first.id <= id && id <= last.id) return { number, turns };
    if (first !== undefined && first.id > id) high = number - 1;
    else {
      low = from + 1;
      if (first !== undefined) found = { number, turns };
    }
    guess = first === undefined ? Number.NaN : number - segmentsBetween(id, first.id);
  }
  return found;
};

/** Guesses before the search goes on by halves. Where all segments are full the first one is right. */
const guessesMax = 3;

/** How many full segments lie between a turn and the beginning of a later segment; negative for an earlier one. No number for no id. */
const segmentsBetween = (id: string, first: string): number =>
  Math.ceil((Number.parseInt(first, 36) - Number.parseInt(id, 36)) / bounds.segmentTurnsMax);

/**
 * Looks messages up: the tail is at hand, the index names the segment of any other.
 * @param saidAt when all of them were said, so that new ones need not be looked for among old turns. [unknown]
 */
export const findMessages = async (
  { conversation, records }: Segments,
  head: Head,
  messageIds: readonly string[],
  saidAt?: number,
): Promise<readonly Found[]> => {
  const found = new Map<string, Found>();
  const segments = new Set<number>();
  const wanted = new Set(messageIds);
  const isNewer = saidAt !== undefined && head.sealedAt !== undefined && saidAt > head.sealedAt;
  const collect = (turns: readonly Turn[], segment: Found['segment']): void => {
    for (const turn of turns) if (turn.messageIds.some((id) => wanted.has(id))) found.set(turn.id, { turn, segment });
  };
  collect(head.tail, 'tail');
  const inTail = new Set([...found.values()].flatMap(({ turn }) => turn.messageIds));
  for (const messageId of wanted) {
    if (inTail.has(messageId) || head.firstSegment === head.nextSegment || isNewer) continue;
    const place = await records.readPlace(conversation, messageId);
    // Outside these, it is what an interrupted reset left.
    if (place !== undefined && place.segment >= head.firstSegment && place.segment < head.nextSegment)
      segments.add(place.segment);
  }
  for (const segment of segments) collect(await records.readSegment(conversation, segment), segment);
  return [...found.values()];
};

/** The turns that quote any of these messages. */
export const findQuotes = async (
  { conversation, records }: Segments,
  head: Head,
  messageIds: readonly string[],
): Promise<readonly Found[]> => {
  const wanted = new Set(messageIds);
  const found: Found[] = [];
  const collect = (turns: readonly Turn[], segment: Found['segment']): void => {
    for (const turn of turns) if (turn.quoted && wanted.has(turn.quoted.messageId)) found.push({ turn, segment });
  };
  collect(head.tail, 'tail');
  if (head.firstSegment === head.nextSegment) return found;
  const segments = new Set<number>();
  for (const id of wanted) for (const segment of await records.readQuotes(conversation, id)) segments.add(segment);
  // Outside these, it is what an interrupted reset left.
  for (const segment of segments)
    if (segment >= head.firstSegment && segment < head.nextSegment)
      collect(await records.readSegment(conversation, segment), segment);
  return found;
};
