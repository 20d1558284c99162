import { bounds } from '../../../../core/bounds.ts';
import { LibraryEnvironment, type Value } from './library.ts';
import { plain } from './shadow.ts';

export type { Value } from './library.ts';

/** A template broke a bound; unlike its other failures this ends the attempt to render at all. */
export class BoundError extends Error {}

/** Any plain JavaScript value as a template's; arrays and objects with all they hold. */
export const toValue = (value: unknown): Value => new LibraryEnvironment().set('value', value);

// The library doesn't export its classes, but its values know them.
const constructorOf = <Content>(example: unknown): (new (content: Content) => Value) =>
  toValue(example).constructor as new (
    content: Content,
  ) => Value;
const TextValue = constructorOf<string>('');
const WholeValue = constructorOf<number>(0);
const FlagValue = constructorOf<boolean>(false);
const ListValue = constructorOf<readonly Value[]>([]);
const MapValue = constructorOf<ReadonlyMap<string, Value>>({});
const CallableValue = constructorOf<(values: readonly Value[]) => Value>(() => undefined);
const MissingValue = constructorOf<undefined>(undefined);
const NoneValue = constructorOf<null>(null);

export const text = (content: string): Value => new TextValue(content);
export const whole = (content: number): Value => new WholeValue(content);
export const flag = (content: boolean): Value => new FlagValue(content);
export const list = (content: readonly Value[]): Value => new ListValue(content);
export const map = (content: ReadonlyMap<string, Value>): Value => new MapValue(content);
export const missing = (): Value => new MissingValue(undefined);
export const none = (): Value => new NoneValue(null);
/** A function of a template. Arguments given by name come as a last one; see `splitArguments`. */
export const callable = (run: (values: readonly Value[]) => Value): Value => new CallableValue(run);

/** A list that has named members besides, as Python's named tuples do. */
export const withMembers = (value: Value, members: ReadonlyMap<string, Value>): Value => {
  const { builtins } = value as Value & { readonly builtins?: Map<string, Value> };
  for (const [name, member] of members) builtins?.set(name, member);
  return value;
};

export const textIn = (value: Value | undefined): string | undefined =>
  typeof value?.value === 'string' ? value.value : undefined;
export const wholeIn = (value: Value | undefined): number | undefined =>
  value?.type === 'IntegerValue' && typeof value.value === 'number' ? value.value : undefined;
export const listIn = (value: Value | undefined): readonly Value[] | undefined =>
  Array.isArray(value?.value) ? value.value : undefined;
export const mapIn = (value: Value | undefined): ReadonlyMap<string, Value> | undefined =>
  value?.value instanceof Map ? value.value : undefined;
export const isMissing = (value: Value | undefined): boolean => value === undefined || value.type === 'UndefinedValue';
export const isNone = (value: Value | undefined): boolean => value?.type === 'NullValue';
export const isTrue = (value: Value): boolean => value.__bool__().value;

/** Positional arguments, and those given by name. */
export const splitArguments = (
  values: readonly Value[],
): { readonly positional: readonly Value[]; readonly named: ReadonlyMap<string, Value> } => {
  const last = values.at(-1);
  return last?.type === 'KeywordArgumentsValue'
    ? { positional: values.slice(0, -1), named: mapIn(last) ?? new Map() }
    : { positional: values, named: new Map() };
};

/** Equality as Python has it, as far as templates go; shaded texts are compared by what they say. */
export const isEqual = (left: Value, right: Value): boolean => {
  const [leftText, rightText] = [textIn(left), textIn(right)];
  if (leftText !== undefined && rightText !== undefined) return leftText === rightText || plain(leftText) === plain(rightText);
  const [leftList, rightList] = [listIn(left), listIn(right)];
  if (leftList && rightList)
    return (
      leftList.length === rightList.length && leftList.every((value, index) => isEqual(value, rightList[index] ?? missing()))
    );
  for (const isKind of [isMissing, isNone]) if (isKind(left) || isKind(right)) return isKind(left) && isKind(right);
  // A flag is a number here, as in Python, but no text is.
  return typeof left.value !== 'string' && typeof right.value !== 'string'
    ? numberOr(left.value) === numberOr(right.value)
    : false;
};

const numberOr = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);

/** Keeps every single allocation small: one that is larger than what is left ends the process, not the thread. */
export const checkSize = (value: Value): Value => {
  if (typeof value.value === 'string' && value.value.length > bounds.chatTemplate.stringUnitsMax) throw tooLong();
  if (Array.isArray(value.value) && value.value.length > bounds.chatTemplate.listEntriesMax) throw tooMany();
  return value;
};

export const tooLong = (): BoundError =>
  new BoundError(`it makes texts that are longer than ${bounds.chatTemplate.outputCharactersMax} characters`);
export const tooMany = (): BoundError =>
  new BoundError(`it makes lists of more than ${bounds.chatTemplate.listEntriesMax} entries`);
