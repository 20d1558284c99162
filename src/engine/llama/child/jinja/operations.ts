import { bounds } from '../../../../core/bounds.ts';
import { entriesOf } from './filters.ts';
import type { Environment, Statement } from './library.ts';
import { print } from './print.ts';
import { plain, viewOf } from './shadow.ts';
import {
  callable,
  flag,
  isEqual,
  isMissing,
  listIn,
  map,
  mapIn,
  missing,
  text,
  textIn,
  tooLong,
  type Value,
  whole,
} from './values.ts';

/** Sets a loop's variable, or several from an entry that has as many parts. */
export const bind = (target: Statement | undefined, entry: Value, scope: Environment): void => {
  if (target?.type === 'Identifier') {
    scope.setVariable(String(target.value), entry);
    return;
  }
  const names = Array.isArray(target?.value) ? (target.value as readonly Statement[]) : [];
  const parts = entriesOf(entry);
  if (parts.length !== names.length)
    throw new Error(`a loop takes ${names.length} values from an entry that has ${parts.length}`);
  for (const [index, name] of names.entries()) scope.setVariable(String(name.value), parts[index] ?? missing());
};

/** What `loop` is in a round. */
export const loopAt = (entries: readonly Value[], index: number): Value =>
  map(
    new Map<string, Value>([
      ['index', whole(index + 1)],
      ['index0', whole(index)],
      ['revindex', whole(entries.length - index)],
      ['revindex0', whole(entries.length - index - 1)],
      ['first', flag(index === 0)],
      ['last', flag(index === entries.length - 1)],
      ['length', whole(entries.length)],
      ['previtem', entries[index - 1] ?? missing()],
      ['nextitem', entries[index + 1] ?? missing()],
      ['cycle', callable((values) => values[index % Math.max(1, values.length)] ?? missing())],
    ]),
  );

/** The character at a position, counted from the end when negative. */
export const characterAt = (string: string, position: number): Value => {
  const view = viewOf(string);
  const at = position < 0 ? position + view.plain.length : position;
  return at < 0 || at >= view.plain.length ? missing() : text(view.cut(at, at + 1));
};

/** Python's `in`, by what texts say. */
export const isIn = (value: Value, container: Value): boolean => {
  if (isMissing(container)) return false;
  const [sought, inside] = [textIn(value), textIn(container)];
  if (inside !== undefined) {
    if (sought === undefined) throw new Error(`a ${value.type} can not be in a string`);
    return plain(inside).includes(plain(sought));
  }
  const entries = listIn(container);
  if (entries) return entries.some((entry) => isEqual(entry, value));
  const members = mapIn(container);
  if (members) return sought !== undefined && members.has(plain(sought));
  throw new Error(`nothing can be in a ${container.type}`);
};

/** Python adds strings to strings only; here numbers and what is missing do no harm. */
export const addable = (value: Value): string => {
  if (listIn(value) || mapIn(value)) throw new Error(`a ${value.type} can not be added to a string`);
  return print(value);
};

/** A string several times over, with a bound. */
export const repeat = (string: string, times: number): string => {
  if (string.length * times > bounds.chatTemplate.stringUnitsMax) throw tooLong();
  return string.repeat(Math.max(0, times));
};
