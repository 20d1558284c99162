import { bounds } from '../core/bounds.ts';
import type { CommandContext, CommandForm, CommandOption } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import type { CardChanges } from '../persona/card/change-card.ts';
import { cleanName } from '../persona/texts.ts';
import { type Notice, say } from './locale/index.ts';
import { refusal } from './refusal.ts';

const { formCharactersMax } = bounds.personaLibrary;

/** One field of a form for personas: what it holds, and what comes of what is filled in (undefined where it is emptied). */
type Field = {
  readonly label: Notice;
  readonly isLong?: boolean;
  /** [`bounds.personaLibrary.formCharactersMax`] */
  readonly max?: number;
  shown(persona: Persona): string;
  changes(text: string | undefined, context: CommandContext): CardChanges;
};

/** Stands alone on the line between two greetings: no greeting holds it, and people who write cards know it from their examples. */
const separator = '<START>';

export type FieldName =
  | 'name'
  | 'description'
  | 'personality'
  | 'scenario'
  | 'greeting'
  | 'examples'
  | 'greetings'
  | 'group'
  | 'talkativeness'
  | 'system'
  | 'after'
  | 'depth'
  | 'nickname'
  | 'summary'
  | 'tags'
  | 'notes'
  | 'creator';

type TextName = 'description' | 'personality' | 'scenario' | 'greeting' | 'exampleDialogue';
type PromptName = 'systemPrompt' | 'postHistoryInstructions' | 'creatorNotes';
const textField = (name: TextName | PromptName, label: Notice): Field => ({
  label,
  isLong: true,
  shown: (persona) => persona[name] ?? '',
  changes: (text) => ({ [name]: text }),
});
const lineField = (name: 'nickname' | 'summary' | 'creator', label: Notice, max: number): Field => ({
  label,
  max,
  shown: (persona) => persona[name] ?? '',
  changes: (text) => ({ [name]: text?.replaceAll(/\s+/g, ' ') }),
});
const greetingsField = (name: 'alternateGreetings' | 'groupOnlyGreetings', label: Notice): Field => ({
  label,
  isLong: true,
  shown: (persona) => (persona[name] ?? []).join(`\n${separator}\n`),
  changes: (text) => ({
    [name]: (text ?? '')
      .split(/^[ \t]*<START>[ \t]*$/im)
      .map((greeting) => greeting.trim())
      .filter((greeting) => greeting !== '')
      .slice(0, bounds.card.textsMax),
  }),
});

/** All fields, by the option of the saving command that they fill. */
export const personaFields: Readonly<Record<FieldName, Field>> = {
  name: {
    label: 'personaFieldName',
    max: bounds.nameCharactersMax,
    shown: ({ name }) => name,
    changes: (text, context) => {
      const name = cleanName(text ?? '');
      if (name === '') throw refusal('bad-input', context, 'personaNameless');
      return { name };
    },
  },
  description: textField('description', 'personaFieldDescription'),
  personality: textField('personality', 'personaFieldPersonality'),
  scenario: textField('scenario', 'personaFieldScenario'),
  greeting: textField('greeting', 'personaFieldGreeting'),
  examples: textField('exampleDialogue', 'personaFieldExamples'),
  greetings: greetingsField('alternateGreetings', 'personaFieldGreetings'),
  group: greetingsField('groupOnlyGreetings', 'personaFieldGroup'),
  talkativeness: {
    label: 'personaFieldTalkativeness',
    max: 10,
    shown: ({ talkativeness }) => (talkativeness === undefined ? '' : String(talkativeness)),
    changes: (text, context) => ({ talkativeness: text === undefined ? undefined : talkativenessOf(text, context) }),
  },
  system: textField('systemPrompt', 'personaFieldSystem'),
  after: textField('postHistoryInstructions', 'personaFieldAfter'),
  depth: {
    label: 'personaFieldDepth',
    isLong: true,
    shown: ({ depthPrompt }) =>
      depthPrompt === undefined ? '' : `${depthPrompt.depth} ${depthPrompt.role}: ${depthPrompt.text}`,
    changes: (text, context) => ({ depthPrompt: text === undefined ? undefined : depthPromptOf(text, context) }),
  },
  nickname: lineField('nickname', 'personaFieldNickname', bounds.nameCharactersMax),
  summary: lineField('summary', 'personaFieldSummary', bounds.personaSummaryCharactersMax),
  tags: {
    label: 'personaFieldTags',
    max: 1000,
    shown: ({ tags = [] }) => tags.join(', '),
    changes: (text) => ({
      tags: (text ?? '')
        .split(',')
        .map((tag) => tag.replaceAll(/\s+/g, ' ').trim())
        .filter((tag) => tag !== '')
        .slice(0, bounds.card.textsMax),
    }),
  },
  notes: textField('creatorNotes', 'personaFieldNotes'),
  creator: lineField('creator', 'personaFieldCreator', 200),
};

/** The forms: Discord takes five fields. Told by their first letters in a form's id. */
export const personaParts = {
  character: ['name', 'description', 'personality', 'scenario', 'greeting'],
  speech: ['examples', 'greetings', 'group', 'talkativeness'],
  prompt: ['system', 'after', 'depth'],
  about: ['nickname', 'summary', 'tags', 'notes', 'creator'],
} as const satisfies Readonly<Record<string, readonly FieldName[]>>;

export type PersonaPart = keyof typeof personaParts;
export const partNames = Object.keys(personaParts) as readonly PersonaPart[];

/** The options of the command that a form calls. */
export const fieldOptions: readonly CommandOption[] = Object.entries<Field>(personaFields).map(
  ([name, { label, max = formCharactersMax }]) => ({ name, description: say('en', label), max }),
);

/** The fields of a form, and those that hold more than a form can: they are left out of it and stay as they are. */
export const formFields = (
  part: PersonaPart,
  persona: Persona,
  { locale }: CommandContext,
): { readonly fields: CommandForm['fields']; readonly tooLong: readonly FieldName[] } => {
  const names: readonly FieldName[] = personaParts[part];
  const isTooLong = (name: FieldName): boolean => {
    const { shown, max = formCharactersMax } = personaFields[name];
    return shown(persona).length > max;
  };
  return {
    tooLong: names.filter(isTooLong),
    fields: names
      .filter((name) => !isTooLong(name))
      .map((name) => {
        const { label, isLong = false, shown } = personaFields[name];
        return { option: name, label: say(locale, label), value: shown(persona), isLong, isRequired: name === 'name' };
      }),
  };
};

/** What was filled in, as far as it differs from what was there. @param names the fields of the form; the others stay */
export const changesOf = (
  names: readonly FieldName[],
  given: Readonly<Partial<Record<FieldName, string>>>,
  before: Persona | undefined,
  context: CommandContext,
): CardChanges => {
  const changes: CardChanges[] = names.map((name) => {
    const { shown, changes: change } = personaFields[name];
    const typed = given[name]?.replaceAll(/\r\n?/g, '\n').toWellFormed().trim();
    // A lone dash empties a field, for those who can't hand in an empty one.
    const text = typed === '-' || typed === '' ? undefined : typed;
    return (text ?? '') === (before === undefined ? '' : shown(before)) ? {} : change(text, context);
  });
  return Object.assign({}, ...changes);
};

/** The labels of fields, for a sentence. */
export const labelsOf = (names: readonly FieldName[], { locale }: CommandContext): string =>
  names.map((name) => say(locale, personaFields[name].label)).join('; ');

const talkativenessOf = (text: string, context: CommandContext): number => {
  const number = Number(text.replace(',', '.'));
  if (!/^[\d.,]+$/.test(text) || !(number >= 0 && number <= 1)) throw refusal('bad-input', context, 'personaTalkativenessWrong');
  return number;
};

/** `4 system: text`; without the words before the colon, it is 4 and system. */
const depthPromptOf = (typed: string, context: CommandContext): Persona['depthPrompt'] => {
  const [, digits, role, said] = /^(\d{1,5})(?:[ \t]+(system|user|assistant))?[ \t]*[:\n]\s*(\S[\s\S]*)$/i.exec(typed) ?? [];
  if (digits === undefined || said === undefined) return { text: typed, depth: 4, role: 'system' };
  const depth = Number(digits);
  if (depth > 10_000) throw refusal('bad-input', context, 'personaDepthWrong');
  return { text: said, depth, role: (role ?? 'system').toLowerCase() as 'system' | 'user' | 'assistant' };
};
