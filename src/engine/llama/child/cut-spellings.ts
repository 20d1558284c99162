/** A tree of spellings, by their UTF-16 units. */
type Node = { readonly next: Map<number, Node>; isEnd: boolean };

/**
 * Cuts a text after the first character of each of these spellings, wherever one stands in it, so that
 * no part holds any. Spellings of a single character can't be cut. The parts joined are the text. Takes
 * one pass, whatever the number of spellings.
 */
export const cutSpellings = (text: string, spellings: Iterable<string>): readonly string[] => {
  const tree: Node = { next: new Map(), isEnd: false };
  for (const spelling of spellings) if (spelling.length > firstLength(spelling, 0)) add(tree, spelling);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (!startsAt(tree, text, at)) continue;
    const cut = at + firstLength(text, at);
    parts.push(text.slice(from, cut));
    from = cut;
  }
  return [...parts, text.slice(from)];
};

/** UTF-16 units of the character at a position. */
const firstLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const add = (tree: Node, spelling: string): void => {
  let node = tree;
  for (let at = 0; at < spelling.length; at++) {
    const unit = spelling.charCodeAt(at);
    const next = node.next.get(unit) ?? { next: new Map(), isEnd: false };
    node.next.set(unit, next);
    node = next;
  }
  node.isEnd = true;
};

const startsAt = (tree: Node, text: string, start: number): boolean => {
  let node = tree.next.get(text.charCodeAt(start));
  for (let at = start + 1; node && !node.isEnd; at++) node = node.next.get(text.charCodeAt(at));
  return node !== undefined;
};
