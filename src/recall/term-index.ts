import { bounds } from '../core/bounds.ts';
import type { Terms } from './terms.ts';

/** What a question asks for: terms with how much each says, and what a text that has all that matters would come to. */
export type WeighedQuestion = { readonly weights: ReadonlyMap<string, number>; readonly full: number };

/** The terms of the older turns of one conversation. Holds terms and ids, no texts. */
export interface TermIndex {
  /** Turns in it. */
  readonly turns: number;
  /** Turns and entries of terms that it has room for, those of removed turns among them: it only ever grows. */
  readonly slots: number;
  readonly entries: number;
  has(id: string): boolean;
  /** Adds a turn, or puts its new terms in place of the former. */
  add(id: string, terms: Terms): void;
  remove(id: string): void;
  /** Weighs the terms of a question by how rare they are here. @param messages the newest first; each counts half of the one before */
  weigh(messages: readonly Terms[]): WeighedQuestion;
  /** How well a text answers a question, from 0 to 1. */
  score(question: WeighedQuestion, terms: Terms): number;
  /** Ids of the turns that probably score highest, the best first. */
  candidates(question: WeighedQuestion, isWanted: (id: string) => boolean, countMax: number): readonly string[];
}

/** How much repetition of a term counts, and how much the length of a text (BM25's k1 and b, made for short messages). */
const saturation = 0.6;
const lengthShare = 0.5;
/** An entry is a turn's number and how often the term is in it. */
const timesMax = 15;

export const createTermIndex = (): TermIndex => {
  const postings = new Map<string, number[]>();
  const ids: (string | undefined)[] = [];
  const lengths: number[] = [];
  const numbers = new Map<string, number>();
  let entries = 0;
  let lengthInAll = 0;

  const part = (times: number, length: number): number => {
    const average = numbers.size === 0 ? length : lengthInAll / numbers.size;
    const relative = 1 - lengthShare + lengthShare * (length / Math.max(1, average));
    return (times * (saturation + 1)) / (times + saturation * relative);
  };

  /** Squared, so that a word that everybody uses in every second message counts next to nothing. */
  const rarity = (term: string): number => {
    // What was never said is as rare as what was said once: it may well be a word that everybody knows. Entries of removed
    // turns count until the index is made anew.
    const known = postings.get(term)?.length ?? 1;
    return Math.log(1 + Math.max(0, ids.length - known + 0.5) / (known + 0.5)) ** 2;
  };

  const remove = (id: string): void => {
    const number = numbers.get(id);
    if (number === undefined) return;
    numbers.delete(id);
    ids[number] = undefined;
    lengthInAll -= lengths[number] ?? 0;
  };

  return {
    get turns() {
      return numbers.size;
    },
    get slots() {
      return ids.length;
    },
    get entries() {
      return entries;
    },
    has: (id) => numbers.has(id),
    add: (id, terms) => {
      remove(id);
      const number = ids.push(id) - 1;
      numbers.set(id, number);
      lengths[number] = lengthOf(terms);
      lengthInAll += lengths[number] ?? 0;
      entries += terms.size;
      for (const [term, times] of terms) {
        const posting = postings.get(term);
        const entry = number * (timesMax + 1) + Math.min(times, timesMax);
        if (posting === undefined) postings.set(term, [entry]);
        else posting.push(entry);
      }
    },
    remove,
    weigh: (messages) => {
      const weights = new Map<string, number>();
      for (const [index, terms] of messages.entries())
        for (const term of terms.keys()) {
          const weight = rarity(term) / 2 ** index;
          if (weight > (weights.get(term) ?? 0)) weights.set(term, weight);
        }
      const heaviest = [...weights].sort(([, one], [, other]) => other - one).slice(0, bounds.recall.questionTermsMax);
      const full = heaviest.slice(0, bounds.recall.fullTermsMax).reduce((sum, [, weight]) => sum + weight, 0);
      return { weights: new Map(heaviest), full };
    },
    score: ({ weights, full }, terms) => {
      if (full <= 0) return 0;
      const length = lengthOf(terms);
      let sum = 0;
      for (const [term, weight] of weights) {
        const times = terms.get(term);
        if (times !== undefined) sum += weight * part(times, length);
      }
      return Math.min(1, sum / full);
    },
    candidates: ({ weights }, isWanted, countMax) => {
      const scores = new Map<number, number>();
      let left = bounds.recall.scannedEntriesMax;
      // The rarest first: they say most and have the fewest entries.
      for (const [term, weight] of weights)
        for (const entry of postings.get(term) ?? []) {
          left -= 1;
          if (left < 0) break;
          const number = Math.floor(entry / (timesMax + 1));
          scores.set(number, (scores.get(number) ?? 0) + weight * part(entry % (timesMax + 1), lengths[number] ?? 0));
        }
      return [...scores]
        .flatMap(([number, score]) => {
          const id = ids[number];
          return id !== undefined && isWanted(id) ? [{ id, score }] : [];
        })
        .sort((one, other) => other.score - one.score || (one.id < other.id ? 1 : -1))
        .slice(0, countMax)
        .map(({ id }) => id);
    },
  };
};

const lengthOf = (terms: Terms): number => {
  let length = 0;
  for (const times of terms.values()) length += times;
  return length;
};
