import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { bounds } from '../core/bounds.ts';
import type { Mistake } from './mistake.ts';

/** The way to a value: the keys and indexes from the top. */
export type ValuePath = readonly (string | number)[];

/** A parsed file: plain values, and where each of them stands. */
export type TextDocument = {
  readonly file: string;
  /** JSON-like values only; undefined when there are mistakes, null for an empty file. */
  readonly value: unknown;
  /** Mistakes of syntax; when there are any, `value` must not be used. */
  readonly mistakes: readonly Mistake[];
  /** Where the value with that path stands (its key, where it has one), or the nearest thing around it. */
  position(path: ValuePath): { readonly line: number; readonly column: number };
};

/** `engine.slots`, `answer.stopStrings[1]`. */
export const pathText = (path: ValuePath): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');

/**
 * Parses YAML 1.2 (and so JSON) from anywhere. The library's own conversion to values and its
 * check for repeated keys take minutes on some hostile files below the size limit, so both are
 * done here, in linear time and with bounds on depth, values and the expansion of aliases.
 */
export const parseYaml = (text: string, file: string): TextDocument => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };

  const mistakes: Mistake[] = [];
  const offsets = new Map<string, number>();
  const anchored = new Map<string, unknown>();
  const openAliases = new Set<unknown>();
  let valuesLeft: number = bounds.textFile.valuesMax;

  const wrong = (offset: number, path: ValuePath, sentence: string): undefined => {
    if (mistakes.length < bounds.textFile.mistakesMax)
      mistakes.push({ file, position: positionOf(offset), path: pathText(path), text: sentence });
  };

  const plainValue = (node: unknown, path: ValuePath, offset: number): unknown => {
    valuesLeft -= 1;
    if (valuesLeft === 0) wrong(offset, path, 'the file holds too many values');
    if (valuesLeft <= 0) return undefined;
    if (path.length > bounds.textFile.depthMax) return wrong(offset, path.slice(0, 3), 'nested too deeply');
    if (node === null || node === undefined) return null;
    // The library searches the whole file for each alias, so the anchors are noted here as they come.
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined && openAliases.size === 0) anchored.set(node.anchor, node);
    if (isAlias(node)) {
      const target = anchored.get(node.source);
      if (target === undefined) return wrong(offset, path, `nothing is marked &${node.source} above`);
      if (openAliases.has(target)) return wrong(offset, path, `*${node.source} contains itself`);
      openAliases.add(target);
      const value = plainValue(target, path, offset);
      openAliases.delete(target);
      return value;
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const at = [...path, index];
        const itemOffset = offsetOf(item) ?? offset;
        offsets.set(placeOf(at), itemOffset);
        return plainValue(item, at, itemOffset);
      });
    }
    if (isMap(node)) {
      const entries = new Map<string, unknown>();
      for (const { key, value } of node.items) {
        const keyOffset = offsetOf(key) ?? offset;
        if (!isScalar(key)) {
          wrong(keyOffset, path, 'a key must be plain text');
          continue;
        }
        // As it is written: an id of many digits is no number that could be held exactly.
        const name = typeof key.value === 'number' ? (key.source ?? String(key.value)) : String(key.value);
        const at = [...path, name];
        if (entries.has(name)) wrong(keyOffset, at, 'is given twice');
        // The one name that would change what the object is instead of what it holds.
        else if (name === '__proto__') wrong(keyOffset, at, 'is no name to be used');
        offsets.set(placeOf(at), keyOffset);
        entries.set(name, plainValue(value, at, keyOffset));
      }
      return Object.fromEntries(entries);
    }
    const value = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    return wrong(offset, path, 'is of a kind that has no use here');
  };

  for (const { message, pos } of [...document.errors, ...document.warnings].slice(0, bounds.textFile.mistakesMax)) {
    wrong(pos[0], [], `is not valid ${/\.json$/i.test(file) ? 'JSON' : 'YAML'}: ${message.split('\n', 1)[0]?.slice(0, 200)}`);
  }
  const value = mistakes.length === 0 ? plainValue(document.contents, [], 0) : undefined;
  return {
    file,
    value: mistakes.length === 0 ? value : undefined,
    mistakes,
    position: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const offset = offsets.get(placeOf(path.slice(0, length)));
        if (offset !== undefined) return positionOf(offset);
      }
      return { line: 1, column: 1 };
    },
  };
};

/** Unlike `pathText` different for different paths. */
const placeOf = (path: ValuePath): string => JSON.stringify(path);

const offsetOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? Number(node.range[0]) : undefined;
