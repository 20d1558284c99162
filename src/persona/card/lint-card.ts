import { isJsonObject } from '../../core/json.ts';
import { closest } from '../../text/closest.ts';
import { shownPictureOf } from '../shown-picture.ts';
import type { Card, CardFields } from './card.ts';
import { fieldsIn } from './card.ts';
import { quoted } from './card-error.ts';
import type { Picture } from './picture.ts';

/** Something about a card that may not be meant so. */
export type CardWarning = {
  /** The field in the card's own words, such as `first_mes`; absent when it is the whole card's. */
  readonly field?: string;
  /** A sentence. */
  readonly text: string;
};

export type LintOptions = {
  /** Counts the tokens of texts as the model would. [a quarter of the characters, and the sentence says "about"] */
  readonly countTokens?: (texts: readonly string[]) => Promise<readonly number[]>;
  /** Tokens that may always stand in the prompt because of this card. [1500] */
  readonly tokensMax?: number;
  /** What came with the card. [not looked at] */
  readonly picture?: Picture;
  /** Which macros of a text nobody knows, and all that there are. [not looked at] */
  readonly macros?: { unknownIn(text: string): readonly string[]; readonly names: readonly string[] };
  /** Whether there is a lorebook of that name. [there is none] */
  hasLorebook?(name: string): boolean;
};

/** What the fields that go into prompts are called in cards. */
const promptFields = {
  systemPrompt: 'system_prompt',
  description: 'description',
  personality: 'personality',
  scenario: 'scenario',
  exampleDialogue: 'mes_example',
  greeting: 'first_mes',
  postHistoryInstructions: 'post_history_instructions',
} as const satisfies Partial<Record<keyof CardFields, string>>;

/** Fields that stand in every prompt, at its start. */
const permanent = ['systemPrompt', 'description', 'personality', 'scenario'] as const;

/** Tells what in a card is empty, too large, misspelt or will not do what its author hoped. Cards are used all the same. */
export const lintCard = async (
  card: Card,
  { countTokens, tokensMax = 1500, picture, macros, hasLorebook }: LintOptions = {},
): Promise<readonly CardWarning[]> => {
  const { fields } = card;
  const warnings: CardWarning[] = card.warnings.map((text) => ({ text }));
  const warn = (field: string, text: string): void => void warnings.push({ field, text });

  if (!fields.description && !fields.personality && !fields.systemPrompt)
    warn('description', 'Nothing is said about the character, neither here nor in personality or system_prompt.');
  if (!fields.greeting) warn('first_mes', 'There is no greeting, so a conversation begins without a word of the character.');
  if (fields.exampleDialogue && !/\{\{char\}\}:|<BOT>:/i.test(fields.exampleDialogue)) {
    warn('mes_example', 'No line begins with {{char}}:, so the examples do not show how the character speaks.');
  }
  if (fields.alternateGreetings?.some((text) => text === fields.greeting)) {
    warn('alternate_greetings', 'One of them is the same as the greeting.');
  }
  if (fields.worldName && !fields.characterBook && hasLorebook?.(fields.worldName) !== true) {
    warn(
      'extensions.world',
      `The lorebook ${quoted(fields.worldName)} is named but not in the card; it must be imported on its own.`,
    );
  }
  for (const [field, text] of textsOf(fields)) {
    for (const sentence of macroWarnings(field, text, macros)) warn(field, sentence);
  }
  for (const [field, text] of [...textsOf(fields)].filter(([name]) => name === 'first_mes' || name.includes('_greetings['))) {
    if (speaksForUser(text)) warn(field, 'The character speaks for {{user}} here, and the model will go on doing so.');
  }
  const { problem } = picture === undefined ? {} : shownPictureOf(picture);
  if (problem !== undefined) warnings.push({ text: `${problem} As it is, nobody will see it.` });
  for (const uri of remoteAssets(card)) warn('assets', `${quoted(uri)} is an address in the net; I do not fetch it.`);
  return [...warnings, ...(await sizeWarnings(fields, countTokens, tokensMax))];
};

/** Tokens of each text of a card that goes into prompts, and whether they were counted or estimated. */
export const cardTokens = async (
  fields: CardFields,
  countTokens?: LintOptions['countTokens'],
): Promise<{ readonly tokens: ReadonlyMap<string, number>; readonly isExact: boolean }> => {
  const texts = [...textsOf(fields)];
  const counts = (await countTokens?.(texts.map(([, text]) => text))) ?? texts.map(([, text]) => Math.ceil(text.length / 4));
  return { tokens: new Map(texts.map(([field], index) => [field, counts[index] ?? 0])), isExact: countTokens !== undefined };
};

const sizeWarnings = async (
  fields: CardFields,
  countTokens: LintOptions['countTokens'],
  tokensMax: number,
): Promise<readonly CardWarning[]> => {
  const { tokens, isExact } = await cardTokens(fields, countTokens);
  const always = [...permanent.map((name) => promptFields[name]), 'post_history_instructions', 'extensions.depth_prompt'];
  const sum = always.reduce((total, field) => total + (tokens.get(field) ?? 0), 0);
  const about = isExact ? '' : 'about ';
  const warnings: CardWarning[] = [];
  if (sum > tokensMax) {
    const text = `The card's permanent texts take ${about}${sum} tokens of every prompt (better at most ${tokensMax}); that much less of the conversation is remembered.`;
    warnings.push({ text });
  }
  const greeting = tokens.get('first_mes') ?? 0;
  if (greeting > tokensMax / 2)
    warnings.push({ field: 'first_mes', text: `The greeting has ${about}${greeting} tokens; answers tend to become as long.` });
  return warnings;
};

/** Every text that can stand in a prompt, with its field. */
const textsOf = function* (fields: CardFields): Generator<readonly [field: string, text: string]> {
  for (const [name, field] of Object.entries(promptFields) as [keyof typeof promptFields, string][]) {
    const text = fields[name];
    if (text !== undefined) yield [field, text];
  }
  for (const [index, text] of (fields.alternateGreetings ?? []).entries()) yield [`alternate_greetings[${index}]`, text];
  for (const [index, text] of (fields.groupOnlyGreetings ?? []).entries()) yield [`group_only_greetings[${index}]`, text];
  if (fields.depthPrompt) yield ['extensions.depth_prompt', fields.depthPrompt.text];
};

/** Most unknown macros that are told of, of each text. */
const unknownMax = 10;

const macroWarnings = (field: string, text: string, macros: LintOptions['macros']): readonly string[] => {
  const sentences = new Set<string>();
  for (const name of macros?.unknownIn(text).slice(0, unknownMax) ?? []) {
    const near = closest(name, macros?.names ?? []);
    sentences.add(
      `{{${quoted(name).slice(1, -1)}}} is no macro I know${near === undefined ? '' : `; did you mean {{${near}}}?`}`,
    );
  }
  if (/\{\{\s*original\s*\}\}/i.test(text) && field !== 'system_prompt' && field !== 'post_history_instructions')
    sentences.add('{{original}} means something in system_prompt and post_history_instructions only.');
  const opened = text.split('{{').length;
  if (opened !== text.split('}}').length)
    sentences.add('A macro is opened with {{ and not closed with }}, or the other way round.');
  return [...sentences];
};

/** A line of the human's, or words put into the human's mouth. */
const speaksForUser = (text: string): boolean =>
  /^\s*(?:\{\{user\}\}|<USER>)\s*:/im.test(text) ||
  /(?:\{\{user\}\}|<USER>) (?:says?|said|asks?|asked|repl(?:y|ies|ied)|answers?|answered|whispers?|whispered|nods?|nodded|smiles?|smiled)\b/i.test(
    text,
  );

const remoteAssets = ({ raw }: Card): readonly string[] => {
  const { assets } = fieldsIn(raw);
  if (!Array.isArray(assets)) return [];
  return assets
    .flatMap((asset) => (isJsonObject(asset) && typeof asset.uri === 'string' && /^https?:/i.test(asset.uri) ? [asset.uri] : []))
    .slice(0, 5);
};
