import { isWholeWord } from './word-borders.ts';

/** A plain key to look for. */
export type Needle = { readonly text: string; readonly isCaseSensitive: boolean; readonly isWholeWord: boolean };

/** Finds many plain keys in one pass over a text. */
export interface KeyMatcher {
  /**
   * Calls `found` for every place where a needle stands, by its index; it may be called several times
   * for one. Returns what it cost: steps, in the order of the text's length plus the places.
   */
  search(text: string, found: (needle: number) => void): number;
}

/**
 * The form in which case is ignored, unit by unit, so that places stay the same. Where lower case
 * would be longer (İ) the character stays; the two small sigmas are one letter.
 */
export const foldCase = (text: string): string => {
  const lower = text.toLowerCase();
  const folded =
    lower.length === text.length ? lower : Array.from({ length: text.length }, (_, at) => foldUnit(text[at] ?? '')).join('');
  return folded.replaceAll('ς', 'σ');
};

const foldUnit = (unit: string): string => {
  const lower = unit.toLowerCase();
  return lower.length === unit.length ? lower : unit;
};

/** The needles that end at one node of the tree. */
type Ends = {
  readonly length: number;
  /** With case ignored: those that must be whole words, and the others. */
  readonly whole: number[];
  readonly anywhere: number[];
  /** With case: by their spelling. */
  readonly spelt: Map<string, { readonly whole: number[]; readonly anywhere: number[] }>;
};

/**
 * Aho and Corasick's automaton: a tree of all needles in folded case, with a link from every node to
 * the longest other beginning of a needle that ends there. However many needles there are, a
 * text is read once. Needles that differ in case or in word borders share a node and are told apart
 * at the place where one was found.
 */
export const createKeyMatcher = (needles: readonly Needle[]): KeyMatcher => {
  // One map for all edges, keyed by node and code unit, takes far less memory than a map for each node.
  const edges = new Map<number, number>();
  const parents = [0];
  const units = [0];
  const ends: (Ends | undefined)[] = [undefined];
  needles.forEach((needle, index) => {
    if (needle.text === '') return;
    const folded = foldCase(needle.text);
    let node = 0;
    for (let at = 0; at < folded.length; at += 1) {
      const unit = folded.charCodeAt(at);
      const edge = node * 65_536 + unit;
      let next = edges.get(edge);
      if (next === undefined) {
        next = parents.push(node) - 1;
        units.push(unit);
        ends.push(undefined);
        edges.set(edge, next);
      }
      node = next;
    }
    const here = ends[node] ?? { length: folded.length, whole: [], anywhere: [], spelt: new Map() };
    ends[node] = here;
    let lists: { readonly whole: number[]; readonly anywhere: number[] } = here;
    if (needle.isCaseSensitive) {
      lists = here.spelt.get(needle.text) ?? { whole: [], anywhere: [] };
      here.spelt.set(needle.text, lists);
    }
    (needle.isWholeWord ? lists.whole : lists.anywhere).push(index);
  });
  const { fallbacks, outputs } = linkNodes(edges, parents, units, ends);

  return {
    search: (text, found) => {
      if (edges.size === 0) return 0;
      const folded = foldCase(text);
      let node = 0;
      let steps = 0;
      for (let at = 0; at < folded.length; at += 1) {
        const unit = folded.charCodeAt(at);
        steps += 1;
        let next = edges.get(node * 65_536 + unit);
        while (next === undefined && node !== 0) {
          steps += 1;
          node = fallbacks[node] ?? 0;
          next = edges.get(node * 65_536 + unit);
        }
        node = next ?? 0;
        for (let output = ends[node] === undefined ? (outputs[node] ?? 0) : node; output !== 0; output = outputs[output] ?? 0) {
          steps += 1;
          const here = ends[output];
          if (here !== undefined) report(text, at + 1 - here.length, at + 1, here, found);
        }
      }
      return steps;
    },
  };
};

const report = (text: string, start: number, end: number, here: Ends, found: (needle: number) => void): void => {
  const spelt = here.spelt.size === 0 ? undefined : here.spelt.get(text.slice(start, end));
  for (const needle of here.anywhere) found(needle);
  for (const needle of spelt?.anywhere ?? []) found(needle);
  if (here.whole.length === 0 && (spelt?.whole.length ?? 0) === 0) return;
  if (!isWholeWord(text, start, end)) return;
  for (const needle of here.whole) found(needle);
  for (const needle of spelt?.whole ?? []) found(needle);
};

/** Breadth first: for each node where to go on when no edge fits, and the next shorter needle that ends there too. */
const linkNodes = (
  edges: ReadonlyMap<number, number>,
  parents: readonly number[],
  units: readonly number[],
  ends: readonly (Ends | undefined)[],
): { readonly fallbacks: Int32Array; readonly outputs: Int32Array } => {
  const depths = new Int32Array(parents.length);
  let deepest = 0;
  // A node's parent was always made before it.
  for (let node = 1; node < parents.length; node += 1) {
    depths[node] = (depths[parents[node] ?? 0] ?? 0) + 1;
    deepest = Math.max(deepest, depths[node] ?? 0);
  }
  const byDepth = Array.from({ length: deepest + 1 }, (): number[] => []);
  for (let node = 1; node < parents.length; node += 1) byDepth[depths[node] ?? 0]?.push(node);
  const fallbacks = new Int32Array(parents.length);
  const outputs = new Int32Array(parents.length);
  for (const level of byDepth.slice(2)) {
    for (const node of level) {
      const unit = units[node] ?? 0;
      let other = fallbacks[parents[node] ?? 0] ?? 0;
      let next = edges.get(other * 65_536 + unit);
      while (next === undefined && other !== 0) {
        other = fallbacks[other] ?? 0;
        next = edges.get(other * 65_536 + unit);
      }
      fallbacks[node] = next ?? 0;
      outputs[node] = next === undefined ? 0 : ends[next] === undefined ? (outputs[next] ?? 0) : next;
    }
  }
  return { fallbacks, outputs };
};
