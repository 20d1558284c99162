import { findAtoms, isCharacterBoundary } from './atoms.ts';
import { codePointLength, endOfVisible, endOfWhite, type Fence, fenceAt, startOfCode } from './scan.ts';
import { findSpoilers, type Spoiler, spoilerAround, spoilerAtoms } from './spoilers.ts';

/**
 * One message of a split text: `before + text.slice(start, end) + after`. Between one part's `end`
 * and the next one's `start` there is white space at most.
 */
export type MessagePart = {
  readonly start: number;
  readonly end: number;
  /** Reopens the spoiler and the code block that the former part had to close; else empty. */
  readonly before: string;
  /** Closes the code block and the spoiler that are open at the end; else empty. */
  readonly after: string;
};

/** Where a part may end, where the next one begins, and the code block that is open there. */
type Cut = { readonly end: number; readonly next: number; readonly fence: Fence | undefined };

const closing = '\n```';
const bars = '||';

/** Kinds of cuts, the best first, each with the least share of the room that a part must fill; with less it is a `word` cut. */
const kinds = {
  paragraph: 0.6,
  line: 0.5,
  codeLine: 0.3,
  sentence: 0.3,
  word: 0,
  character: 0,
  codePoint: 0,
  marker: 0,
} as const;
type CutKind = keyof typeof kinds;
const kindsInOrder = Object.keys(kinds) as readonly CutKind[];

/**
 * Splits a text into messages of at most `charactersMax` UTF-16 units each. Prefers ends of
 * paragraphs, lines, sentences and words; never cuts through a mention, a link, a custom emoji
 * or a character. A code block that goes on is closed and opened again with its language, and so is a
 * spoiler; one at the end that is not closed yet is, so that a thought is hidden while it is written. Only white
 * space at a cut is left out, and no part is without visible text. Greedy from the start, so that
 * the first parts of a growing text stay as they are.
 *
 * @param charactersMax at least 100.
 */
export const splitMessage = (text: string, charactersMax: number): readonly string[] =>
  splitParts(text, charactersMax).map((part) => part.before + text.slice(part.start, part.end) + part.after);

/** As `splitMessage`, but says which pieces of the text the messages are made of. */
export const splitParts = (text: string, charactersMax: number): readonly MessagePart[] => {
  const spoilers = findSpoilers(text);
  const bound = spoilerAtoms(text, spoilers);
  const parts: MessagePart[] = [];
  let start = endOfWhite(text, 0);
  let fence: Fence | undefined;
  while (start < text.length) {
    const reopened = spoilerAround(spoilers, start) ? bars : '';
    const before = reopened + (fence === undefined ? '' : `\`\`\`${fence.language}\n`);
    // Kept free for bars at the end, with the blank that may stand before the text's own ones.
    const kept = isNear(spoilers, start, charactersMax) ? bars.length + 1 : 0;
    const cut = findCut(text, start, charactersMax - before.length - kept, fence, bound);
    const { end, next } = withClosingBars(text, cut, spoilers);
    const isOpen = cut.fence !== undefined && (next < text.length || cut.fence.mustClose);
    const closingBars = spoilerAround(spoilers, end) ? barsBehind(text.charAt(end - 1)) : '';
    parts.push({ start, end, before, after: (isOpen ? closing : '') + closingBars });
    start = next;
    fence = cut.fence === undefined ? undefined : { ...cut.fence, mustClose: true };
  }
  return parts;
};

/** A bar or backslash just before closing bars would be taken for part of them. */
const barsBehind = (last: string): string => (last === '|' || last === '\\' ? ` ${bars}` : bars);

const isNear = (spoilers: readonly Spoiler[], start: number, charactersMax: number): boolean =>
  spoilers.some(({ open, close }) => open < start + charactersMax && close >= start);

/** Bars that would stand first in the next part, with nothing to hide, go into this one. */
const withClosingBars = (text: string, cut: Cut, spoilers: readonly Spoiler[]): Pick<Cut, 'end' | 'next'> => {
  const isClosing = cut.next - cut.end <= 1 && spoilers.some(({ close }) => close === cut.next && close < text.length);
  return isClosing ? { end: cut.next + bars.length, next: endOfWhite(text, cut.next + bars.length) } : cut;
};

/** The best place to end the part that begins at `start` and may have `room` characters. */
const findCut = (
  text: string,
  start: number,
  room: number,
  fenceAtStart: Fence | undefined,
  bound: readonly (readonly [number, number])[],
): Cut => {
  const best = new Map<CutKind, Cut>();
  const atoms = new Map([...findAtoms(text, start, start + room), ...bound]);
  const reserved = (): number => (fence === undefined ? 0 : closing.length);
  let fence = fenceAtStart;
  let isVisible = false; // whether the part would show more than an opening marker
  let at = start;

  const offer = (kind: CutKind, end: number, next: number): void => {
    const length = end - start;
    if (!isVisible || length + reserved() > room) return;
    best.set(length >= room * kinds[kind] ? kind : 'word', { end, next, fence });
  };

  while (at < text.length && at - start <= room) {
    const white = endOfWhite(text, at);
    const marker = fenceAt(text, white);
    if (white === text.length) break;
    if (white > at) {
      // A part must not begin with the end of a code block.
      if (fence === undefined) offer(kindOfWhite(text, at, white), at, white);
      else if (marker === undefined) offer(kindOfCodeWhite(text, at, white), at, startOfCode(text, at, white, room));
      at = white;
    }
    if (marker !== undefined && fence === undefined) {
      // Right behind the bars that open a spoiler, there would be nothing hidden.
      if (atoms.get(at - bars.length) !== at) offer('word', at, at);
      at = endOfWhite(text, marker.codeStart);
      if (at === text.length) break;
      fence = marker.fence;
      const end = marker.end + fence.language.length;
      if (!isVisible && end - start + reserved() <= room) best.set('marker', { end, next: at, fence });
    } else if (marker !== undefined) {
      // The characters kept for a closing marker are enough for the text's own one.
      if (marker.end - start > room) break;
      at = marker.end;
      fence = undefined;
      isVisible = true;
      offer('line', at, endOfWhite(text, at));
    } else {
      const atom = atoms.get(at);
      const isWhole = atom !== undefined && atom - at + reserved() <= room;
      const end = isWhole ? atom : at + codePointLength(text, at);
      if (end - start > room) break;
      at = end;
      isVisible = true;
      if ('。！？．'.includes(text.charAt(at - 1))) offer('sentence', at, endOfWhite(text, at));
      if (endOfWhite(text, at) === at && fenceAt(text, at) === undefined) {
        offer(isCharacterBoundary(text, at) ? 'character' : 'codePoint', at, at);
      }
    }
  }

  const end = endOfVisible(text);
  const closingLength = fence?.mustClose ? closing.length : 0;
  if (at >= end && end - start + closingLength <= room) return { end, next: text.length, fence };
  for (const kind of kindsInOrder) {
    const cut = best.get(kind);
    if (cut !== undefined) return cut;
  }
  // A marker without end: cut hard, so that it goes on at all.
  const hard = start + room - closing.length;
  return { end: hard, next: endOfWhite(text, hard), fence };
};

const kindOfWhite = (text: string, from: number, to: number): CutKind => {
  const lines = text.slice(from, to).split('\n').length - 1;
  if (lines > 0) return lines > 1 ? 'paragraph' : 'line';
  return /[.!?…:;。！？]["'”’»)\]*_]{0,3}$/.test(text.slice(Math.max(0, from - 4), from)) ? 'sentence' : 'word';
};

const kindOfCodeWhite = (text: string, from: number, to: number): CutKind =>
  text.slice(from, to).includes('\n') ? 'codeLine' : 'word';
