import { randomInt } from 'node:crypto';
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

/**
 * Aho and Corasick's automaton: a tree of all needles in folded case, with a link from every node to
 * the longest other beginning of a needle that ends there. However many needles there are, a
 * text is read once. Needles that differ in case or in word borders share a node and are told apart
 * at the place where one was found.
 */
export const createKeyMatcher = (needles: readonly Needle[]): KeyMatcher => {
  const tree = createTree(needles.reduce((sum, { text }) => sum + text.length, 0));
  const nodes = needles.map(({ text }) => (text === '' ? 0 : tree.add(foldCase(text))));
  const { fallbacks, outputs, depths } = linkNodes(tree, new Set(nodes));
  const { anywhere, whole } = { anywhere: createEnds(needles, nodes, false), whole: createEnds(needles, nodes, true) };

  return {
    search: (text, found) => {
      if (tree.size() === 1) return 0;
      const folded = foldCase(text);
      let node = 0;
      let steps = 0;
      for (let at = 0; at < folded.length; at += 1) {
        const unit = folded.charCodeAt(at);
        steps += 1;
        let next = tree.child(node, unit);
        while (next === 0 && node !== 0) {
          steps += 1;
          node = fallbacks[node] ?? 0;
          next = tree.child(node, unit);
        }
        node = next;
        // A node at which a needle ends is its own first output.
        for (let output = outputs[node] ?? 0; output !== 0; output = outputs[fallbacks[output] ?? 0] ?? 0) {
          steps += 1;
          const end = at + 1;
          const start = end - (depths[output] ?? 0);
          anywhere.report(output, text, start, end, found);
          if (whole.has(output) && isWholeWord(text, start, end)) whole.report(output, text, start, end, found);
        }
      }
      return steps;
    },
  };
};

/** A tree of texts; a node is a number, the root 0. Kept in a few arrays of numbers: an object for each node would take far more memory. */
type Tree = {
  readonly parents: Int32Array;
  readonly units: Uint16Array;
  size(): number;
  /** The node of a text. */
  add(text: string): number;
  /** The node one unit further; 0 where there is none. */
  child(node: number, unit: number): number;
};

/** Drawn for each process, so that nobody can write keys which all want the same place. */
const seed = { node: randomInt(2 ** 31) * 2 + 1, unit: randomInt(2 ** 31) * 2 + 1, start: randomInt(2 ** 32) };

const createTree = (unitsMax: number): Tree => {
  const parents = new Int32Array(unitsMax + 1);
  const units = new Uint16Array(unitsMax + 1);
  // At most half full, so that a free place is near.
  const bits = Math.ceil(Math.log2(2 * (unitsMax + 1)));
  const places = new Int32Array(2 ** bits);
  const mask = places.length - 1;
  let count = 1;
  /** The place of a child, or the free one where it would be. */
  const placeOf = (node: number, unit: number): number => {
    let place = Math.imul(Math.imul(node, seed.node) ^ Math.imul(unit + 1, seed.unit) ^ seed.start, 0xc2b2ae35) >>> (32 - bits);
    for (let child = places[place]; child; child = places[place]) {
      if (parents[child] === node && units[child] === unit) break;
      place = (place + 1) & mask;
    }
    return place;
  };
  return {
    parents,
    units,
    size: () => count,
    child: (node, unit) => places[placeOf(node, unit)] ?? 0,
    add: (text) => {
      let node = 0;
      for (let at = 0; at < text.length; at += 1) {
        const unit = text.charCodeAt(at);
        const place = placeOf(node, unit);
        if (places[place] === 0) {
          parents[count] = node;
          units[count] = unit;
          places[place] = count;
          count += 1;
        }
        node = places[place] ?? 0;
      }
      return node;
    },
  };
};

/** The needles that end at a node: those with case ignored in a chain, those with case by their spelling. */
const createEnds = (needles: readonly Needle[], nodes: readonly number[], isWholeWord: boolean) => {
  const first = new Map<number, number>();
  const next = new Int32Array(needles.length).fill(none);
  const spelt = new Map<string, number>();
  const hasSpelt = new Set<number>();
  needles.forEach((needle, index) => {
    const node = nodes[index] ?? 0;
    if (node === 0 || needle.isWholeWord !== isWholeWord) return;
    if (needle.isCaseSensitive) {
      next[index] = spelt.get(needle.text) ?? none;
      spelt.set(needle.text, index);
      hasSpelt.add(node);
    } else {
      next[index] = first.get(node) ?? none;
      first.set(node, index);
    }
  });
  const tell = (head: number | undefined, found: (needle: number) => void): void => {
    for (let index = head ?? none; index !== none; index = next[index] ?? none) found(index);
  };
  return {
    has: (node: number): boolean => first.has(node) || hasSpelt.has(node),
    report: (node: number, text: string, start: number, end: number, found: (needle: number) => void): void => {
      tell(first.get(node), found);
      if (hasSpelt.has(node)) tell(spelt.get(text.slice(start, end)), found);
    },
  };
};

const none = -1;

/** For each node where to go on when no edge fits, and the longest needle that ends there: at the node itself, or a shorter one. */
const linkNodes = (
  { parents, units, size, child }: Tree,
  ends: ReadonlySet<number>,
): { readonly fallbacks: Int32Array; readonly outputs: Int32Array; readonly depths: Int32Array } => {
  const count = size();
  const depths = new Int32Array(count);
  let deepest = 0;
  // A node's parent was always made before it.
  for (let node = 1; node < count; node += 1) {
    depths[node] = (depths[parents[node] ?? 0] ?? 0) + 1;
    deepest = Math.max(deepest, depths[node] ?? 0);
  }
  const fallbacks = new Int32Array(count);
  const outputs = new Int32Array(count);
  for (const node of byDepth(depths, deepest)) {
    if (node === 0) continue;
    const unit = units[node] ?? 0;
    if ((depths[node] ?? 0) > 1) {
      let other = fallbacks[parents[node] ?? 0] ?? 0;
      let next = child(other, unit);
      while (next === 0 && other !== 0) {
        other = fallbacks[other] ?? 0;
        next = child(other, unit);
      }
      fallbacks[node] = next;
    }
    outputs[node] = ends.has(node) ? node : (outputs[fallbacks[node] ?? 0] ?? 0);
  }
  return { fallbacks, outputs, depths };
};

/** The nodes, those nearest to the root first. */
const byDepth = (depths: Int32Array, deepest: number): Int32Array => {
  const starts = new Int32Array(deepest + 2);
  for (const depth of depths) starts[depth + 1] = (starts[depth + 1] ?? 0) + 1;
  for (let depth = 1; depth < starts.length; depth += 1) starts[depth] = (starts[depth] ?? 0) + (starts[depth - 1] ?? 0);
  const sorted = new Int32Array(depths.length);
  depths.forEach((depth, node) => {
    const at = starts[depth] ?? 0;
    sorted[at] = node;
    starts[depth] = at + 1;
  });
  return sorted;
};
