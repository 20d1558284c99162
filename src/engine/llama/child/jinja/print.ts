import { toJson } from './json.ts';
import { isMissing, isNone, listIn, mapIn, textIn, type Value } from './values.ts';

/** How a value is printed by `{{ }}`: as Python prints it. */
export const print = (value: Value): string => {
  const string = textIn(value);
  if (string !== undefined) return string;
  if (isMissing(value) || isNone(value)) return '';
  if (typeof value.value === 'boolean') return value.value ? 'True' : 'False';
  if (listIn(value) || mapIn(value)) return toJson(value);
  return value.toString();
};
