import { bounds } from '../core/bounds.ts';
import type { Persona } from '../core/persona.ts';
import { type Checked, check } from '../text/check.ts';
import type { TextDocument } from '../text/parse-yaml.ts';
import { type Card, cardSchema, type PersonaFile, personaSchema, wrappedCardSchema } from './schema.ts';

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

/**
 * The persona that a parsed file describes: in this project's own form, or as a character card
 * (recognised by the names it uses).
 */
export const personaOf = (document: TextDocument, id: string): Checked<Persona> => {
  const { value } = document;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && ('spec' in value || 'data' in value)) {
    return mapped(check(document, wrappedCardSchema), (file) => fromCard(file.data, id));
  }
  if (isObject && cardNames.some((name) => name in value)) {
    return mapped(check(document, cardSchema), (card) => fromCard(card, id));
  }
  return mapped(check(document, personaSchema), (file) => build(file, id));
};

const mapped = <From, To>(checked: Checked<From>, map: (value: From) => To): Checked<To> =>
  checked.mistakes === undefined ? { value: map(checked.value) } : { mistakes: checked.mistakes };

const fromCard = (card: Card, id: string): Persona =>
  build(
    {
      name: first(card.name, card.char_name) ?? id,
      summary: card.summary,
      systemPrompt: card.system_prompt,
      description: first(card.description, card.char_persona),
      personality: card.personality,
      scenario: first(card.scenario, card.world_scenario),
      greeting: first(card.first_mes, card.char_greeting),
      exampleDialogue: first(card.mes_example, card.example_dialogue),
    },
    id,
  );

/** The first that says something. */
const first = (...texts: readonly (string | null | undefined)[]): string | undefined =>
  texts.find((text): text is string => typeof text === 'string' && text.trim() !== '');

const build = (file: PersonaFile, id: string): Persona => {
  const name = clean(file.name).replaceAll(/\s+/g, ' ');
  const persona: Persona = { id, name, summary: clean(file.summary ?? '') || summaryOf(file, name) };
  const texts = {
    systemPrompt: file.systemPrompt,
    description: file.description,
    personality: file.personality,
    scenario: file.scenario,
    greeting: file.greeting,
    exampleDialogue: file.exampleDialogue,
  };
  const given = Object.entries(texts).flatMap(([field, text]) => {
    const cleaned = clean(text ?? '');
    return cleaned === '' ? [] : [[field, cleaned] as const];
  });
  return Object.freeze({ ...persona, ...Object.fromEntries(given) });
};

/** Without control characters, white space around it, and the line ends of other systems. */
const clean = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '')
    .trim();

/** A line for lists, taken from what the card says about the character. */
const summaryOf = (file: PersonaFile, name: string): string => {
  const source = first(file.personality, file.description, file.scenario, file.systemPrompt);
  if (source === undefined) return name;
  const line = clean(source)
    .replaceAll(/\{\{char\}\}|<BOT>/gi, name)
    .replaceAll(/\{\{user\}\}|<USER>/gi, 'you')
    .replaceAll(/\s+/g, ' ');
  const sentence = /^.{10,}?[.!?](?=\s|$)/u.exec(line)?.[0] ?? line;
  if (sentence.length <= bounds.personaSummaryCharactersMax) return sentence;
  // Cut at a word, and so never inside a surrogate pair unless a single word is that long.
  const cut = sentence.slice(0, bounds.personaSummaryCharactersMax - 1);
  return `${cut.includes(' ') ? cut.slice(0, cut.lastIndexOf(' ')) : cut.toWellFormed()}…`;
};
