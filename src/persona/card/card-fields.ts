import { bounds } from '../../core/bounds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Persona } from '../../core/persona.ts';
import { noteOfCard } from '../note.ts';
import { clean, cleanName, first, summaryOf } from '../texts.ts';
import type { CardFields } from './card.ts';

type Warn = (sentence: string) => void;

/**
 * What the fields of a card mean here, all names that were ever used for one side by side. The texts
 * are those that `cardSchema` let through. Everything else is taken as far as it can be used: programs
 * write numbers as texts, nothing as null, and so on. Undefined where no name can be seen.
 */
export const fieldsOfCard = (card: JsonObject, warn: Warn): CardFields | undefined => {
  const extensions = isJsonObject(card.extensions) ? card.extensions : {};
  const own = isJsonObject(extensions.paddock) ? extensions.paddock : {};
  const wholeName = first(textOf(card.name), textOf(card.char_name)) ?? '';
  const name = cleanName(wholeName);
  if (name === '') return undefined;
  if (clean(wholeName).length > bounds.nameCharactersMax) {
    warn(`The name is longer than ${bounds.nameCharactersMax} characters; only its beginning is used.`);
  }
  const texts = {
    nickname: cleanName(textOf(card.nickname) ?? ''),
    systemPrompt: textOf(card.system_prompt),
    description: first(textOf(card.description), textOf(card.char_persona)),
    personality: textOf(card.personality),
    scenario: first(textOf(card.scenario), textOf(card.world_scenario)),
    greeting: first(textOf(card.first_mes), textOf(card.char_greeting)),
    exampleDialogue: first(textOf(card.mes_example), textOf(card.example_dialogue)),
    postHistoryInstructions: textOf(card.post_history_instructions),
    // The oldest program of all calls the notes differently.
    creatorNotes: first(textOf(card.creator_notes), textOf(card.creatorcomment)),
    creator: textOf(card.creator),
    version: typeof card.character_version === 'number' ? String(card.character_version) : textOf(card.character_version),
    worldName: textOf(extensions.world),
  };
  const summary = clean(first(textOf(card.summary), textOf(own.summary)) ?? '').replaceAll(/\s+/g, ' ');
  const isLine = summary !== '' && summary.length <= bounds.personaSummaryCharactersMax;
  const depthPrompt = depthPromptOf(extensions.depth_prompt);
  const { note, isWrong: isNoteWrong } = noteOfCard(own.note);
  if (isNoteWrong) warn('The note in the card is not of the form that I know; it has no effect.');
  const talkativeness = numberOf(first(...[extensions.talkativeness, card.talkativeness].map(writtenOf)));
  const book = bookOf(card.character_book, warn);
  const lists = {
    alternateGreetings: textsOf(card.alternate_greetings, 'alternate greetings', warn),
    groupOnlyGreetings: textsOf(card.group_only_greetings, 'greetings for groups', warn),
    tags: textsOf(typeof card.tags === 'string' ? card.tags.split(',') : card.tags, 'tags', warn),
  };
  return {
    name,
    summary: isLine ? summary : summaryOf(texts, name),
    ...givenTexts(texts),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(depthPrompt && { depthPrompt }),
    ...(note && { note }),
    ...(talkativeness !== undefined && { talkativeness: Math.min(1, Math.max(0, talkativeness)) }),
    ...(book && { characterBook: book }),
  };
};

/** The texts that say something, cleaned. */
export const givenTexts = <Name extends string>(
  texts: Readonly<Record<Name, string | null | undefined>>,
): Partial<Record<Name, string>> => {
  const given: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(texts) as Name[]) {
    const cleaned = clean(texts[name] ?? '');
    if (cleaned !== '') given[name] = cleaned;
  }
  return given;
};

/** The texts of a list that say something, cleaned. */
export const cleanTexts = (texts: readonly string[] | null | undefined): readonly string[] =>
  (texts ?? []).map(clean).filter((text) => text !== '');

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

const textsOf = (value: JsonValue | undefined, what: string, warn: Warn): readonly string[] => {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const texts = cleanTexts(list.filter((entry): entry is string => typeof entry === 'string'));
  if (list.some((entry) => typeof entry !== 'string')) warn(`Some of the ${what} are no texts; they have no effect.`);
  if (texts.length > bounds.card.textsMax) warn(`Only the first ${bounds.card.textsMax} ${what} are used.`);
  return texts.slice(0, bounds.card.textsMax);
};

const writtenOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;

const numberOf = (text: string | undefined): number | undefined => {
  const number = Number(text?.trim() ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
};

/** In the order in which some programs count them. */
const roles = ['system', 'user', 'assistant'] as const;

const depthPromptOf = (value: JsonValue | undefined): Persona['depthPrompt'] => {
  if (!isJsonObject(value)) return undefined;
  const text = clean(textOf(value.prompt) ?? '');
  if (text === '') return undefined;
  const depth = Math.floor(numberOf(writtenOf(value.depth)) ?? 4);
  const role = roles.find((known, index) => value.role === known || value.role === index) ?? 'system';
  return { text, depth: depth >= 0 && depth <= 10_000 ? depth : 4, role };
};

const bookOf = (value: JsonValue | undefined, warn: Warn): JsonObject | undefined => {
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value) && typeof value.entries === 'object' && value.entries !== null) return value;
  warn('The lorebook in the card has no entries that I can read; it has no effect.');
  return undefined;
};
