import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import { inEnglish, type SentenceValue } from '../core/sentence.ts';
import { closest } from './closest.ts';
import type { Mistake } from './mistake.ts';
import { pathText, type TextDocument, type ValuePath } from './parse-yaml.ts';

/** Either the checked value or everything that is wrong with it; never both. */
export type Checked<Value> =
  | { readonly value: Value; readonly mistakes?: never }
  | { readonly value?: never; readonly mistakes: readonly Mistake[] };

type Schema = z.core.$ZodType;

declare module 'zod' {
  interface GlobalMeta {
    /** What is expected there. */
    readonly expected?: SentenceValue;
  }
}

/**
 * Checks a parsed file against a schema and says where each mistake stands. A schema that carries
 * `expected` in its meta (a whole number of at least 1) is named by that instead of by zod's words.
 */
export const check = <Output>(document: TextDocument, schema: z.ZodType<Output>): Checked<Output> => {
  if (document.mistakes.length > 0) return { mistakes: document.mistakes };
  const result = schema.safeParse(document.value);
  if (result.success) return { value: result.data };
  const mistakes = new Map<string, Mistake>();
  const add = (path: ValuePath, text: string): void => {
    const name = pathText(path);
    if (mistakes.has(name) || mistakes.size >= bounds.textFile.mistakesMax) return;
    mistakes.set(name, { file: document.file, position: document.position(path), path: name, text });
  };
  for (const issue of result.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) add([...path, key], unknownKey(schema, path, key));
    else add(path, problem(schema, document.value, path, issue));
  }
  const inFileOrder = [...mistakes.values()].sort(
    (a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
  return { mistakes: inFileOrder };
};

/** How a value is shown in a message: short, and without the name and password of a URI. */
export const shown = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of names and values';
  if (typeof value !== 'string') return String(value);
  const text = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return JSON.stringify(text.replace(/[^\s/@]+@/g, '…@'));
};

/** What a schema asks for, to be said in any language; what is a text can only be said in English. */
export const expectationOf = (schema: Schema | undefined): SentenceValue | undefined => {
  for (let inner = schema; inner !== undefined; inner = unwrapped(inner)) {
    const expected = z.globalRegistry.get(inner)?.expected;
    if (expected !== undefined) return expected;
  }
  return undefined;
};

/** The same in English words. */
export const expectedOf = (schema: Schema | undefined): string | undefined => {
  const expectation = expectationOf(schema);
  return expectation === undefined ? undefined : inEnglish(expectation);
};

/** The names and schemas of an object schema, through defaults and the like; undefined for others. */
export const shapeOf = (schema: Schema | undefined): Readonly<Record<string, Schema>> | undefined => {
  for (let inner = schema; inner !== undefined; inner = unwrapped(inner)) {
    if (inner instanceof z.core.$ZodObject) return inner._zod.def.shape;
  }
  return undefined;
};

/** What a wrapping schema (default, optional, preprocess…) wraps. */
const unwrapped = (schema: Schema): Schema | undefined => {
  if (schema instanceof z.core.$ZodPipe) {
    const { in: before, out: after } = schema._zod.def;
    return before instanceof z.core.$ZodTransform ? after : before;
  }
  if (
    schema instanceof z.core.$ZodDefault ||
    schema instanceof z.core.$ZodPrefault ||
    schema instanceof z.core.$ZodOptional ||
    schema instanceof z.core.$ZodNullable ||
    schema instanceof z.core.$ZodReadonly
  ) {
    return schema._zod.def.innerType;
  }
  return undefined;
};

/** The schema of a group whose names are free, through defaults and the like. */
const recordOf = (schema: Schema | undefined): z.core.$ZodRecord | undefined => {
  for (let inner = schema; inner !== undefined; inner = unwrapped(inner)) {
    if (inner instanceof z.core.$ZodRecord) return inner;
  }
  return undefined;
};

const schemaAt = (schema: Schema, path: ValuePath): Schema | undefined => {
  let current: Schema | undefined = schema;
  for (const part of path) {
    if (typeof part === 'string') {
      current = shapeOf(current)?.[part] ?? recordOf(current)?._zod.def.valueType;
      continue;
    }
    while (current !== undefined && !(current instanceof z.core.$ZodArray)) current = unwrapped(current);
    current = current?._zod.def.element;
  }
  return current;
};

const valueAt = (value: unknown, path: ValuePath): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part) ? Reflect.get(inner, part) : undefined,
    value,
  );

const problem = (schema: Schema, whole: unknown, path: ValuePath, issue: z.core.$ZodIssue): string => {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_key') {
    const key = recordOf(schemaAt(schema, path.slice(0, -1)))?._zod.def.keyType;
    return `is no name that can stand here: expected ${expectedOf(key) ?? 'another'}`;
  }
  const expected = expectedOf(schemaAt(schema, path));
  if (expected === undefined) return issue.message;
  const value = valueAt(whole, path);
  return value === undefined ? `is missing: expected ${expected}` : `expected ${expected}, got ${shown(value)}`;
};

const unknownKey = (schema: Schema, path: ValuePath, key: string): string => {
  const siblings = Object.keys(shapeOf(schemaAt(schema, path)) ?? {});
  const near = closest(key, siblings);
  if (near !== undefined) return `is not known; did you mean ${near}?`;
  const elsewhere = closest(
    key,
    leafNames(schema).map((name) => name.slice(name.lastIndexOf('.') + 1)),
  );
  const full = leafNames(schema).find((name) => name.endsWith(`.${elsewhere}`));
  if (full !== undefined) return `is not known here; did you mean ${full}?`;
  return siblings.length === 0 ? 'is not known' : `is not known; here stand ${siblings.join(', ')}`;
};

/** The dotted names of everything that can be set. */
export const leafNames = (schema: Schema): readonly string[] =>
  Object.entries(shapeOf(schema) ?? {}).flatMap(([name, inner]) =>
    shapeOf(inner) === undefined ? [name] : leafNames(inner).map((rest) => `${name}.${rest}`),
  );
