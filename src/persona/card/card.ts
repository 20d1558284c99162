import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Persona } from '../../core/persona.ts';
import { type Checked, check } from '../../text/check.ts';
import type { TextDocument } from '../../text/parse-yaml.ts';
import { cardSchema, wrappedCardSchema } from '../schema.ts';
import { quoted } from './card-error.ts';
import { fieldsOfCard } from './card-fields.ts';

/** What a card says about a persona. */
export type CardFields = Omit<Persona, 'id' | 'avatar'>;

/** A character card: what it means here, and all that stands in it. */
export type Card = {
  /** 1 has its fields at the top, 2 and 3 under `data`. */
  readonly version: 1 | 2 | 3;
  readonly fields: CardFields;
  /** The whole object as it was read, so that writing it again loses nothing. */
  readonly raw: JsonObject;
  /** What could not be used, a sentence each. */
  readonly warnings: readonly string[];
};

/** Names that only cards of other programs use. */
const cardNames = [
  'char_name',
  'char_persona',
  'world_scenario',
  'example_dialogue',
  'char_greeting',
  'first_mes',
  'mes_example',
  'system_prompt',
  'creator_notes',
];

/** Whether a value has the form of a card, of whatever version, rather than this project's own. */
export const isCard = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  ('spec' in value || 'data' in value || cardNames.some((name) => name in value));

/** The card in a parsed file, or what is wrong with it. */
export const cardOf = (document: TextDocument): Checked<Card> => {
  // Parsers give nothing but JSON's values.
  const value = document.value as JsonValue | undefined;
  const isWrapped = isJsonObject(value) && ('spec' in value || 'data' in value);
  const checked = check<unknown>(document, isWrapped ? wrappedCardSchema : cardSchema);
  if (checked.mistakes !== undefined || !isJsonObject(value)) return { mistakes: checked.mistakes ?? [] };
  const warnings: string[] = [];
  const warn = (sentence: string): void => {
    if (!warnings.includes(sentence)) warnings.push(sentence);
  };
  const version = isWrapped ? versionOf(value, warn) : 1;
  const fields = fieldsOfCard(fieldsIn(value), warn);
  if (fields === undefined) {
    const path = isWrapped ? ['data', 'name'] : ['name'];
    const text = 'must have something in it that can be seen';
    return { mistakes: [{ file: document.file, position: document.position(path), path: path.join('.'), text }] };
  }
  return { value: { version, fields, raw: value, warnings } };
};

/** The object in a card that holds its fields. */
export const fieldsIn = (raw: JsonObject): JsonObject => {
  const isWrapped = 'spec' in raw || 'data' in raw;
  return isWrapped && isJsonObject(raw.data) ? raw.data : raw;
};

const versionOf = ({ spec, spec_version: given }: JsonObject, warn: (sentence: string) => void): 2 | 3 => {
  const [, digits] = typeof spec === 'string' ? (/^chara_card_v(\d{1,3})$/.exec(spec) ?? []) : [];
  const major = digits === undefined ? 2 : Number(digits);
  if (spec !== undefined && digits === undefined) {
    warn(
      `The card calls its form ${quoted(typeof spec === 'string' ? spec : JSON.stringify(spec))}, which I do not know; I read it as well as I can.`,
    );
  }
  const version = major >= 3 ? 3 : 2;
  const written = typeof given === 'string' || typeof given === 'number' ? Number.parseFloat(String(given)) : version;
  if (major > 3 || written > version) {
    warn('The card is of a newer specification than I know; what is new in it has no effect, but is kept.');
  }
  return version;
};
