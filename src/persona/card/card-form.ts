import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Persona } from '../../core/persona.ts';
import { writtenNote } from '../note.ts';
import { type Card, fieldsIn } from './card.ts';

/** The fields that a card must have, empty where there is nothing to say. */
const required = {
  2: {
    name: '',
    description: '',
    personality: '',
    scenario: '',
    first_mes: '',
    mes_example: '',
    creator_notes: '',
    system_prompt: '',
    post_history_instructions: '',
    alternate_greetings: [],
    tags: [],
    creator: '',
    character_version: '',
    extensions: {},
  },
  3: { group_only_greetings: [] },
};

/** What fields were once called, and are called now. */
const formerNames = [
  ['char_name', 'name'],
  ['char_persona', 'description'],
  ['world_scenario', 'scenario'],
  ['example_dialogue', 'mes_example'],
  ['char_greeting', 'first_mes'],
  ['creatorcomment', 'creator_notes'],
] as const;

/**
 * A card's whole object in the form of a specification. Everything that stands in the card is in it,
 * whether it has a meaning or not; of its own version it is the very same object.
 */
export const rawOfCard = (card: Card, version: 2 | 3): JsonObject => {
  const { raw } = card;
  if (card.version === version && typeof raw.spec === 'string') return raw;
  const fields = withPresentNames(fieldsIn(raw));
  const data = { ...required[2], ...(version === 3 && required[3]), ...withoutNothing(fields) };
  const around = card.version === 1 ? {} : raw;
  return { ...around, spec: `chara_card_v${version}`, spec_version: `${version}.0`, data };
};

/** Older names become the present ones, where those say nothing. */
const withPresentNames = (fields: JsonObject): JsonObject => {
  const renamed: Record<string, JsonValue> = { ...fields };
  for (const [former, present] of formerNames) {
    const text = fields[former];
    const isTaken = typeof fields[present] === 'string' && fields[present].trim() !== '';
    if (typeof text !== 'string' || isTaken) continue;
    renamed[present] = text;
    delete renamed[former];
  }
  return renamed;
};

/** A field that must be there is not null. */
const withoutNothing = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== null || !(name in required[2])));

/** The V3 card of a persona that is none: what this project's own form can say and a card has no field for stands in its extensions. */
export const rawOfPersona = (persona: Persona): JsonObject => {
  const { depthPrompt, note, talkativeness, worldName, characterBook, nickname } = persona;
  const extensions: JsonObject = {
    ...(depthPrompt && { depth_prompt: { prompt: depthPrompt.text, depth: depthPrompt.depth, role: depthPrompt.role } }),
    ...(talkativeness !== undefined && { talkativeness }),
    ...(worldName !== undefined && { world: worldName }),
    paddock: { summary: persona.summary, ...(note && { note: writtenNote(note) }) },
  };
  return {
    spec: 'chara_card_v3',
    spec_version: '3.0',
    data: {
      ...required[2],
      ...required[3],
      name: persona.name,
      ...(nickname !== undefined && { nickname }),
      description: persona.description ?? '',
      personality: persona.personality ?? '',
      scenario: persona.scenario ?? '',
      first_mes: persona.greeting ?? '',
      mes_example: persona.exampleDialogue ?? '',
      creator_notes: persona.creatorNotes ?? '',
      system_prompt: persona.systemPrompt ?? '',
      post_history_instructions: persona.postHistoryInstructions ?? '',
      alternate_greetings: persona.alternateGreetings ?? [],
      group_only_greetings: persona.groupOnlyGreetings ?? [],
      tags: persona.tags ?? [],
      creator: persona.creator ?? '',
      character_version: persona.version ?? '',
      extensions,
      ...(characterBook && { character_book: characterBook }),
    },
  };
};

/** The names of a card's fields that mean nothing here; they are kept. */
export const unknownFields = (card: Card): readonly string[] => {
  const fields = fieldsIn(card.raw);
  const inData = Object.keys(fields).filter((name) => !knownFields.has(name));
  const extensions = isJsonObject(fields.extensions) ? Object.keys(fields.extensions) : [];
  return [...inData, ...extensions.filter((name) => !knownExtensions.has(name)).map((name) => `extensions.${name}`)];
};

const knownFields: ReadonlySet<string> = new Set([
  ...Object.keys({ ...required[2], ...required[3] }),
  ...formerNames.map(([former]) => former),
  'nickname',
  'summary',
  'talkativeness',
  'character_book',
  'assets',
]);
const knownExtensions: ReadonlySet<string> = new Set(['depth_prompt', 'talkativeness', 'world', 'paddock']);
