import type { LlamaModel, Token } from 'node-llama-cpp';

/** Watches a growing text for stop strings. */
export interface StopMatcher {
  /** Takes new text; gives what can be shown, and whether a stop string ended the answer. */
  push(text: string): { readonly text: string; readonly isStopped: boolean };
  /** What was held back, once no more text comes. */
  flush(): string;
}

/** The beginning of some stop strings. */
type Node = {
  readonly next: Map<number, Node>;
  readonly depth: number;
  /** The longest proper end of this beginning that is a beginning too. */
  fallback: Node | undefined;
  /** Length of the longest stop string that ends here; 0 for none. */
  stopLength: number;
};

/**
 * Finds stop strings wherever they fall over deltas: text that may be the beginning of one is held
 * back until it is clear. The match that is complete first ends the answer (of several at the same
 * character the longest); it and all behind it are dropped. All stop strings are looked for at
 * once (Aho-Corasick), so the work for a character does not grow with their number.
 */
export const createStopMatcher = (stopStrings: readonly string[]): StopMatcher => {
  const root = buildNodes(stopStrings);
  let node = root;
  let held = '';
  return {
    push: (text) => {
      const all = held + text;
      for (let at = held.length; at < all.length; at++) {
        const unit = all.charCodeAt(at);
        while (node.fallback && !node.next.has(unit)) node = node.fallback;
        node = node.next.get(unit) ?? root;
        if (node.stopLength === 0) continue;
        const shown = all.slice(0, at + 1 - node.stopLength);
        [node, held] = [root, ''];
        return { text: shown, isStopped: true };
      }
      held = all.slice(all.length - node.depth);
      return { text: all.slice(0, all.length - node.depth), isStopped: false };
    },
    flush: () => {
      const rest = held;
      [node, held] = [root, ''];
      return rest;
    },
  };
};

const createNode = (depth: number): Node => ({ next: new Map(), depth, fallback: undefined, stopLength: 0 });

const buildNodes = (stopStrings: readonly string[]): Node => {
  const root = createNode(0);
  for (const stop of stopStrings) {
    let node = root;
    for (let at = 0; at < stop.length; at++) {
      const next = node.next.get(stop.charCodeAt(at)) ?? createNode(at + 1);
      node.next.set(stop.charCodeAt(at), next);
      node = next;
    }
    node.stopLength = stop.length;
  }
  // Level by level, so that every fallback, which is shorter, is ready before it is used.
  const nodes = [root];
  for (const node of nodes) {
    for (const [unit, next] of node.next) {
      let fallback = node.fallback;
      while (fallback && !fallback.next.has(unit)) fallback = fallback.fallback;
      next.fallback = fallback?.next.get(unit) ?? root;
      next.stopLength ||= next.fallback.stopLength;
      nodes.push(next);
    }
  }
  return root;
};

/**
 * The control tokens among stop strings such as `<|im_start|>`. They have no text, so the matcher
 * never sees them.
 */
export const findStopTokens = (
  model: Pick<LlamaModel, 'tokenize' | 'detokenize' | 'getTokenAttributes'>,
  stopStrings: readonly string[],
): ReadonlySet<Token> => {
  const spellings = stopStrings.map((stop) => stop.trim()).filter((stop) => /^[<[].*[>\]]$/su.test(stop));
  return new Set(
    spellings.flatMap((stop) =>
      model
        .tokenize(stop, true)
        .filter((token) => model.getTokenAttributes(token).control && model.detokenize([token], true).trim() === stop),
    ),
  );
};
