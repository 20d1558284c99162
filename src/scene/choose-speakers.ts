import type { Scene } from '../core/scene.ts';

/** A member as the choice needs it. */
export type Candidate = {
  readonly personaId: string;
  readonly name: string;
  /** What it is called besides. */
  readonly nickname?: string;
  /** 0 never speaks up unasked, 1 always does. */
  readonly talkativeness: number;
  readonly isMuted: boolean;
};

/** What was said last. */
export type LastSaid = {
  readonly text: string;
  /** Id of the persona that said it; absent when it was a human. */
  readonly personaId?: string;
};

/**
 * Who speaks next, in order; nobody twice, muted members never. Empty when nobody wants to.
 *
 * `natural` is SillyTavern's rule: members whose name's words were mentioned, in the order of the
 * mention; then those whom a roll of their talkativeness brings in, in shuffled order; if that
 * makes nobody, one at random of those with any talkativeness, or of all. Who spoke last is
 * barred, unless a human spoke since, or it is alone.
 *
 * @param random a number from 0 up to 1, a new one on every call
 */
export const chooseSpeakers = (
  speaking: Scene['speaking'],
  candidates: readonly Candidate[],
  last: LastSaid | undefined,
  random: () => number,
): readonly string[] => {
  const present = candidates.filter(({ isMuted }) => !isMuted);
  switch (speaking) {
    case 'manual':
      return [];
    case 'list':
      return present.map(({ personaId }) => personaId);
    case 'natural':
      return natural(present, last, random);
    default:
      return speaking satisfies never;
  }
};

const natural = (present: readonly Candidate[], last: LastSaid | undefined, random: () => number): readonly string[] => {
  const others = present.filter(({ personaId }) => personaId !== last?.personaId);
  const free = others.length > 0 ? others : present;
  const mentioned = last === undefined ? [] : mentionsIn(last.text, free);
  const spirited = shuffled(free, random).filter(({ talkativeness }) => talkativeness > 0 && random() < talkativeness);
  const chosen = [...new Set([...mentioned, ...spirited])];
  if (chosen.length > 0) return chosen.map(({ personaId }) => personaId);
  const talkative = free.filter(({ talkativeness }) => talkativeness > 0);
  const pool = talkative.length > 0 ? talkative : free;
  const one = pool[Math.floor(random() * pool.length)];
  return one === undefined ? [] : [one.personaId];
};

/** Those of whose name some word stands in a text, in the text's order. */
const mentionsIn = (text: string, candidates: readonly Candidate[]): readonly Candidate[] => {
  const spoken = fold(text);
  const said = wordsOf(spoken);
  return candidates
    .flatMap((candidate) => {
      const places = [candidate.name, candidate.nickname ?? ''].flatMap(nameWords).flatMap((word) => {
        const at = isWithoutSpaces(word) ? spoken.indexOf(word) : (said.find((other) => other.word === word)?.at ?? -1);
        return at === -1 ? [] : [at];
      });
      return places.length === 0 ? [] : [{ candidate, at: Math.min(...places) }];
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ candidate }) => candidate);
};

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The words that call somebody: a single letter of a name (`the T. Rex`) does not, unless the name has nothing else (`L`). */
const nameWords = (name: string): readonly string[] => {
  const words = wordsOf(fold(name)).map(({ word }) => word);
  const long = words.filter((word) => [...word].length > 1 || isWithoutSpaces(word));
  return long.length > 0 ? long : words;
};

/** Letters and digits. */
const wordsOf = (text: string): readonly { readonly word: string; readonly at: number }[] =>
  [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: word, index }) => ({ word, at: index }));

/** Chinese, Japanese and Thai write no spaces between words, so a name stands inside what looks like one word. */
const isWithoutSpaces = (word: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word);

const shuffled = <Item>(items: readonly Item[], random: () => number): readonly Item[] => {
  const mixed = [...items];
  for (let end = mixed.length - 1; end > 0; end -= 1) {
    const pick = Math.floor(random() * (end + 1));
    const [a, b] = [mixed[end], mixed[pick]];
    if (a === undefined || b === undefined) continue;
    mixed[end] = b;
    mixed[pick] = a;
  }
  return mixed;
};
