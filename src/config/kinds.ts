import { z } from 'zod';
import { type Sentence, type SentenceValue, sentence } from '../core/sentence.ts';

// The forms that settings take. Each carries in words what it expects, for messages and the
// documentation; `.describe()` on top of it says what the setting means.

/** A group of settings; one without content counts as one that says nothing. */
export const group = <Shape extends z.ZodRawShape>(description: string, shape: Shape) =>
  z
    .preprocess((value) => value ?? {}, z.strictObject(shape).meta({ expected: 'a group of indented settings' }))
    .prefault({})
    .describe(description);

/** Settings whose names are free, such as the ids of channels. */
export const named = <Value extends z.ZodType>(names: z.ZodType<string, string>, value: Value) =>
  z.preprocess((given) => given ?? {}, z.record(names, value).meta({ expected: 'names with indented settings under each' }));

/** The same settings without their defaults: what is not written stays absent. */
export const written = <Shape extends Readonly<Record<string, z.ZodDefault<z.ZodType>>>>(
  shape: Shape,
): { [Name in keyof Shape]: z.ZodOptional<ReturnType<Shape[Name]['unwrap']>> } =>
  Object.fromEntries(Object.entries(shape).map(([name, setting]) => [name, setting.unwrap().optional()])) as {
    [Name in keyof Shape]: z.ZodOptional<ReturnType<Shape[Name]['unwrap']>>;
  };

export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({
      expected: most === Number.MAX_SAFE_INTEGER ? sentence('wholeFrom', { least }) : sentence('wholeBetween', { least, most }),
    });

export const number = (least: number, most: number) =>
  z
    .number()
    .min(least)
    .max(most)
    .meta({ expected: sentence('numberBetween', { least, most }) });

/** Some words, or a value of another kind. */
export const either = <const Words extends readonly [string, ...string[]], Other extends z.ZodType>(words: Words, other: Other) =>
  z.union([z.enum(words), other]).meta({ expected: [...quoted(words), ...oneOrMore(z.globalRegistry.get(other)?.expected)] });

export const choice = <const Words extends readonly [string, string, ...string[]]>(words: Words) =>
  z.enum(words).meta({ expected: quoted(words) });

const quoted = (words: readonly string[]): readonly string[] => words.map((word) => `\`${word}\``);

const oneOrMore = (expected: SentenceValue | undefined): readonly (string | Sentence)[] => {
  if (typeof expected !== 'object') return expected === undefined ? [] : [String(expected)];
  return 'key' in expected ? [expected] : expected;
};

export const yesNo = () => z.boolean().meta({ expected: ['true', 'false'] });

/** One line of text that is not only white space. */
export const text = (expected: SentenceValue, charactersMax = 1000) =>
  z.string().max(charactersMax).regex(/\S/).meta({ expected });

/** A name that can also be a file's. */
export const id = (expected: SentenceValue) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)
    .meta({ expected });

/** A time zone by its IANA name. */
export const timeZone = () =>
  z
    .string()
    .max(100)
    // Without that, what is wrong would be told by the check, which has no words for it.
    .refine((name) => isTimeZone(name), { abort: true })
    .meta({ expected: sentence('timeZoneForm') });

const isTimeZone = (name: string): boolean => {
  // Offsets such as +02:00 know no summer time: nobody means them for good.
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** How a prompt is written: see `AnswerSettings.template`. */
export const template = () =>
  z
    .string()
    .max(1000)
    .regex(/^(auto|[a-z0-9][a-z0-9_-]{0,63}|native:[\w.-]{1,64}|.*[^/\\]\.jinja2?)$/)
    .meta({ expected: sentence('templateForm') });

/** True when a not yet checked value has numbers in all these places. */
export const hasNumbers = (value: unknown, ...paths: readonly (readonly string[])[]): boolean =>
  paths.every(
    (path) =>
      typeof path.reduce<unknown>(
        (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
        value,
      ) === 'number',
  );
