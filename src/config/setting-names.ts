import { z } from 'zod';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import { expectationOf, expectedOf, leafNames, shapeOf, shown } from '../text/check.ts';
import { closest } from '../text/closest.ts';
import { parseYaml } from '../text/parse-yaml.ts';
import { placeSettings, type WrittenPlace } from './answer-schema.ts';
import { settingsSchema } from './schema.ts';

type Schema = z.core.$ZodType;

/** A setting that servers and channels can have of their own. */
export type SettingName = {
  /** With dots: `sampling.temperature`. */
  readonly name: string;
  /** What it means, in a sentence or two. */
  readonly description: string;
  /** What it can be, in words. */
  readonly expected: string;
  /** The values it can have, where these are few. */
  readonly values: readonly string[];
};

export const placeSchema = z.strictObject(placeSettings());

const leafAt = (schema: Schema, name: string): Schema => {
  const leaf = name.split('.').reduce<Schema | undefined>((inner, part) => shapeOf(inner)?.[part], schema);
  if (leaf === undefined) throw new Error(`there is no setting ${name}`);
  return leaf;
};

const descriptionOf = (schema: Schema): string | undefined => z.globalRegistry.get(schema)?.description;

const innermost = (schema: Schema): Schema =>
  schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodReadonly ? innermost(schema._zod.def.innerType) : schema;

const leafIsList = (schema: Schema): boolean => innermost(schema) instanceof z.core.$ZodArray;

const valuesOf = (schema: Schema): readonly string[] => {
  const inner = innermost(schema);
  if (inner instanceof z.core.$ZodEnum) return Object.values(inner._zod.def.entries).map(String);
  if (inner instanceof z.core.$ZodBoolean) return ['true', 'false'];
  if (inner instanceof z.core.$ZodUnion) return inner._zod.def.options.flatMap(valuesOf);
  return [];
};

/** All of them, in the order of the configuration's file. */
export const settingNames: readonly SettingName[] = leafNames(placeSchema).map((name) => {
  const schema = leafAt(placeSchema, name);
  return {
    name,
    description: descriptionOf(leafAt(settingsSchema, name)) ?? '',
    expected: expectedOf(schema) ?? '',
    values: valuesOf(schema),
  };
});

/**
 * Reads a setting's value as somebody types it in a chat: a word, a number, `true`, or a list as
 * `a, b` or `["a, b"]`. Throws `bad-input`, with a sentence that says what would do.
 */
export const parseSetting = (asked: string, text: string): { readonly name: string; readonly value: unknown } => {
  const name = settingNamed(asked).name;
  const schema = leafAt(placeSchema, name);
  const isList = leafIsList(schema);
  const written =
    isList && !/^\s*\[/.test(text)
      ? text
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== '')
      : fromYaml(text);
  // What looks like a number or truth value may be meant as a text: a persona called 42.
  for (const value of isList ? [written] : [written, text.trim()]) {
    const result = z.safeParse(schema, value);
    if (result.success) return { name, value: result.data };
  }
  throw new PaddockError('bad-input', `${name} was set to something that it can't be`, {
    userText: sentence('settingWrong', {
      name,
      value: shown(text.trim()),
      expected: expectationOf(schema) ?? sentence('somethingElse'),
    }),
  });
};

/** A setting by its name, however its letters are written; its last part is enough where no other ends so. */
export const settingNamed = (asked: string): SettingName => {
  const wanted = asked.trim().toLowerCase();
  const exact = settingNames.find(({ name }) => name.toLowerCase() === wanted);
  const ending = settingNames.filter(({ name }) => name.toLowerCase().endsWith(`.${wanted}`));
  const found = exact ?? (ending.length === 1 ? ending[0] : undefined);
  if (found) return found;
  const near = closest(
    asked.trim(),
    settingNames.flatMap(({ name }) => [name, name.slice(name.lastIndexOf('.') + 1)]),
  );
  throw new PaddockError('not-found', 'an unknown setting was asked for', {
    userText: near === undefined ? sentence('settingUnknown') : sentence('settingUnknownNear', { near }),
  });
};

/** Settings with one more, or without one. */
export const withSetting = (settings: WrittenPlace, name: string, value: unknown): WrittenPlace => {
  const change = (group: object, [first = '', ...rest]: readonly string[]): object => {
    const inner: unknown = Object.hasOwn(group, first) ? Reflect.get(group, first) : undefined;
    const within = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
    return { ...group, [first]: rest.length === 0 ? value : change(within, rest) };
  };
  return placeSchema.parse(change(settings, name.split('.')));
};

/** The names of what settings say, and the values. */
export const writtenNames = (settings: WrittenPlace): readonly string[] =>
  settingNames.map(({ name }) => name).filter((name) => valueAt(settings, name) !== undefined);

/** The value of a setting by its name with dots, wherever it may come from; undefined when it is not there. */
export const valueAt = (settings: unknown, name: string): unknown =>
  name
    .split('.')
    .reduce<unknown>(
      (inner, part) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part) ? Reflect.get(inner, part) : undefined,
      settings,
    );

const fromYaml = (text: string): unknown => {
  const document = parseYaml(text, 'value');
  return document.mistakes.length > 0 ? text.trim() : document.value;
};
