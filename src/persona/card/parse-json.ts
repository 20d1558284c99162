import { bounds } from '../../core/bounds.ts';
import type { JsonValue } from '../../core/json.ts';
import { sentence } from '../../core/sentence.ts';
import { isCheapYaml, type YamlBounds } from '../../text/cheap-yaml.ts';
import { measureJson } from '../../text/measure-json.ts';
import { parseYaml, type TextDocument } from '../../text/parse-yaml.ts';
import { cardError } from './card-error.ts';
import type { Work } from './work.ts';

/** UTF-8 text without a byte order mark. */
export const decodeText = (bytes: Uint8Array, work: Work): string => {
  if (bytes.length > bounds.card.textBytesMax) {
    throw cardError(sentence('cardTextTooLarge', { megabytes: bounds.card.textBytesMax / 1_000_000 }));
  }
  work.spend(bytes.length);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw cardError(sentence('cardNotUtf8'), error);
  }
};

/**
 * Parses a card's JSON. What is almost JSON (a comma too many, a comment, a line break within a text)
 * is read all the same where it is small enough for the lenient parser.
 *
 * @param file the file in messages
 */
export const parseCardJson = (text: string, file: string, work: Work): TextDocument => {
  work.spend(text.length);
  const problem = tooMuchIn(text);
  if (problem !== undefined) throw cardError(sentence(problem));
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (isCheapYaml(text, yamlBounds)) return parseCardYaml(text, file, work);
    throw cardError(sentence('cardNotJson'), error);
  }
  refuseProto(value, work);
  return { file, value, mistakes: [], position: () => ({ line: 1, column: 1 }) };
};

/** Parses a card written as YAML. Mistakes of syntax stand in the document. */
export const parseCardYaml = (text: string, file: string, work: Work): TextDocument => {
  if (!isCheapYaml(text, yamlBounds)) {
    throw cardError(sentence('cardYamlTooLarge', { kilobytes: bounds.card.yamlBytesMax / 1000 }));
  }
  work.spend(text.length);
  return parseYaml(text, file);
};

/** What makes a JSON text too costly to parse, seen without parsing it. */
const tooMuchIn = (text: string): 'cardTooDeep' | 'cardTooManyFields' | undefined => {
  const { valuesMax, depthMax } = bounds.card;
  const { values, depth } = measureJson(text, { values: valuesMax, depth: depthMax });
  if (depth > depthMax) return 'cardTooDeep';
  if (values > valuesMax) return 'cardTooManyFields';
  return undefined;
};

const yamlBounds: YamlBounds = {
  charactersMax: bounds.card.yamlBytesMax,
  marksMax: bounds.card.yamlMarksMax,
  openMax: 8 * bounds.card.depthMax,
};

/** JSON can hold a field called `__proto__`. Copied into another object it would change what that is. */
const refuseProto = (value: JsonValue, work: Work): void => {
  work.spend(1);
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw cardError(sentence('cardProto'));
  for (const inner of Object.values(value)) refuseProto(inner, work);
};
