import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { bounds } from '../core/bounds.ts';
import type { ModelInfo } from '../core/engine.ts';
import type { Preset, Presets } from './preset.ts';

/** What is known of a model before or after it is loaded. */
export type ModelNames = Pick<ModelInfo, 'name' | 'path'>;

/**
 * The preset made for a model: the one with the longest pattern that matches the model's own name
 * or its file's. Upper and lower case are the same, and so are spaces, `_` and `-`; `*` stands for
 * anything; a pattern that begins with `!` keeps a preset away from what it matches.
 */
export const presetFor = (presets: Presets, model: ModelNames): Preset | undefined => {
  const names = [model.name, ...(model.path === undefined ? [] : [basename(model.path).replace(/\.gguf$/i, '')])].map(plain);
  const matches = (pattern: string): boolean => names.some((name) => globMatches(plain(pattern), name));
  let best: { readonly preset: Preset; readonly length: number } | undefined;
  for (const preset of presets.values()) {
    if (preset.match.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))) continue;
    const length = Math.max(
      0,
      ...preset.match.filter((pattern) => !pattern.startsWith('!') && matches(pattern)).map(({ length }) => length),
    );
    if (length > (best?.length ?? 0)) best = { preset, length };
  }
  return best?.preset;
};

const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_]+/g, '-');

/** Linear in the text for each `*`, whatever the pattern. */
const globMatches = (pattern: string, text: string): boolean => {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
};

/**
 * The names of a model's file without loading it: `name` is its `general.name`, or the file's name where it has
 * none or is no GGUF file. Reads the file's beginning only. (Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)
 */
export const namesOfFile = (path: string): ModelNames => ({ name: generalName(path) ?? basename(path), path });

const generalName = (path: string): string | undefined => {
  const bytes = Buffer.alloc(bounds.modelNameBytesMax);
  try {
    const file = openSync(path, 'r');
    try {
      return nameIn(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, not readable, or cut off before the name: the file's own name serves.
    return undefined;
  }
};

/** Bytes of the values of fixed size, by GGUF's number of their type. */
const sizes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const stringType = 8;

/** Throws a RangeError where the bytes end before the name. */
const nameIn = (bytes: Buffer): string | undefined => {
  let at = 0;
  const number32 = (): number => {
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const number64 = (): number => {
    at += 8;
    return Number(bytes.readBigUInt64LE(at - 8));
  };
  const text = (): string => {
    const length = number64();
    if (length > bytes.length - at) throw new RangeError('cut off');
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  if (bytes.toString('latin1', 0, 4) !== 'GGUF') return undefined;
  at = 8;
  number64();
  for (let left = number64(); left > 0; left -= 1) {
    const key = text();
    const type = number32();
    if (type === stringType) {
      const value = text();
      if (key === 'general.name') return value.slice(0, 200).trim() || undefined;
      continue;
    }
    const size = sizes[type];
    // Lists come with the tokenizer, far behind the name.
    if (size === undefined) return undefined;
    at += size;
  }
  return undefined;
};
