import type { Deserialize, Serialize } from 'keyv';

/** The text of a value with its time of expiry, as JSON. */
export const serialise: Serialize = (data) => {
  if (data.value === undefined) throw new TypeError('A store keeps no undefined values: delete the key instead');
  return JSON.stringify(data);
};

/**
 * Reads what `serialise` wrote and nothing else. Keyv takes JSON without a `value` for a key that
 * is not there, which would turn a damaged row into an empty memory.
 */
export const deserialise: Deserialize = (text) => {
  const data: unknown = JSON.parse(text);
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'value')) {
    throw new SyntaxError('The stored text is no value with its envelope');
  }
  return data;
};
