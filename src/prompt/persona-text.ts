import type { Persona } from '../core/persona.ts';
import { insertsAt, type PromptInsert } from './inserts.ts';
import type { MacroExpander } from './macros.ts';
import { cleanName } from './names.ts';

/** The system prompt of a persona that brings none. */
export const defaultSystemPrompt = `You are {{char}}, and you are taking part in a chat, perhaps with several people. Where a message begins with a name and a colon, that is who wrote it. Read the conversation and write the next message of {{char}}, in {{char}}'s own voice and manner. Write that one message only: never speak, act or decide for anybody else, and don't put a name in front of what you say.`;

/** A piece of the system text, with the field it comes from. */
export type PersonaPart = {
  readonly source:
    | 'system prompt'
    | 'description'
    | 'personality'
    | 'scenario'
    | 'greeting'
    | 'example dialogue'
    | 'conversation note'
    | PromptInsert['source'];
  /** Which one of several. */
  readonly label?: string;
  readonly text: string;
  /** Belongs to the example dialogue, which is the first to give way. */
  readonly isExample?: boolean;
};

/** True for a persona that is played rather than one that only helps: its answers open with its name. */
export const isCharacter = (persona: Persona): boolean =>
  [persona.description, persona.personality, persona.scenario, persona.exampleDialogue].some((field) => Boolean(field?.trim()));

/** `{{user}}` at the prompt's beginning. @param human the name of the human when there is exactly one */
export const earlyUser = (human: string | undefined): string => human ?? 'the user';

/** A persona's texts, their macros expanded; absent ones are empty. `char` is what `{{char}}` stands for: its nickname, or the name. */
export type PersonaFields = Readonly<
  Record<'name' | 'char' | 'system' | 'description' | 'personality' | 'scenario' | 'greeting' | 'examples', string>
>;

const quotedFields = ['description', 'personality', 'scenario'] as const;
type QuotedFields = Record<(typeof quotedFields)[number], string>;

/**
 * The fields that other texts can quote, by `{{description}}` and the like, each expanded once: what one quotes before it, and as nothing
 * where one quotes itself, by whatever way.
 */
export const expandQuotedFields = (persona: Partial<QuotedFields>, expander: MacroExpander): Readonly<QuotedFields> => {
  const fields: QuotedFields = { description: '', personality: '', scenario: '' };
  const begun = new Set<keyof QuotedFields>();
  const expand = (name: keyof QuotedFields): void => {
    if (begun.has(name)) return;
    begun.add(name);
    const text = persona[name] ?? '';
    for (const other of quotedFields) if (new RegExp(`\\{\\{\\s*${other}\\s*\\}\\}`, 'i').test(text)) expand(other);
    fields[name] = expander.with(fields).expand(text).trim();
  };
  for (const name of quotedFields) expand(name);
  return fields;
};

/**
 * Expands a persona's fields once: first those that other texts can quote, then the others in the order of the prompt.
 * @param human the name of the human when there is exactly one. With several, `{{user}}` has to be
 *   somebody unnamed: a name that changes with who asks would change the prompt's beginning each time.
 * @param options.scenario takes the place of the persona's own
 * @param options.hasDefault whether a default system prompt stands in where the persona brings none
 */
export const personaFields = (
  persona: Persona,
  human: string | undefined,
  macros: MacroExpander,
  { scenario = persona.scenario, hasDefault }: { readonly scenario?: string | undefined; readonly hasDefault: boolean },
): PersonaFields => {
  const early = macros.with({ user: earlyUser(human), original: '' });
  const { description, personality } = persona;
  const fields = expandQuotedFields(
    { ...(description && { description }), ...(personality && { personality }), ...(scenario && { scenario }) },
    early,
  );
  const expander = early.with(fields);
  const expand = (text = ''): string => expander.expand(text).trim();
  const own = persona.systemPrompt?.trim() ?? '';
  const original = hasDefault && (own === '' || /\{\{\s*original/i.test(own)) ? expand(defaultSystemPrompt) : '';
  const system = own === '' ? original : expander.expand(own, original).trim();
  return {
    name: cleanName(persona.name),
    char: cleanName(persona.nickname ?? persona.name),
    system,
    ...fields,
    greeting: expand(persona.greeting),
    examples: expander
      .with({ user: human ?? 'User' })
      .expand(persona.exampleDialogue ?? '')
      .trim(),
  };
};

/** The system text in the order of the prompt, the example dialogue last: what the model is told about a persona, and what is put between. */
export const personaParts = (
  { char, system, description, personality, scenario, examples }: PersonaFields,
  {
    inserts = [],
    conversationNote = '',
  }: { readonly inserts?: readonly PromptInsert[]; readonly conversationNote?: string } = {},
): readonly PersonaPart[] => {
  const at = (place: Parameters<typeof insertsAt>[1]): readonly PersonaPart[] =>
    insertsAt(inserts, place).map(({ source, label, text }) => ({
      source,
      ...(label !== undefined && { label }),
      text: text.trim(),
      ...(place.startsWith('examples') && { isExample: true }),
    }));
  const parts: readonly PersonaPart[] = [
    { source: 'system prompt', text: system },
    ...at('before'),
    { source: 'description', text: description },
    { source: 'personality', text: headed(`${char}'s personality: `, personality) },
    ...at('personality'),
    { source: 'scenario', text: headed('Scenario: ', scenario) },
    ...at('scenario'),
    ...at('after'),
    ...at('human'),
    ...at('summary'),
    { source: 'conversation note', text: conversationNote.trim() },
    ...at('note'),
    ...at('examples-top'),
    {
      source: 'example dialogue',
      isExample: true,
      text: exampleTold(char, examples),
    },
    ...at('examples-bottom'),
  ];
  return parts.filter((part) => part.text !== '');
};

/** What a persona says itself to stand near the end. */
export const personaInserts = (persona: Persona, macros: MacroExpander): readonly PromptInsert[] => {
  const { depthPrompt, postHistoryInstructions } = persona;
  return [
    ...(depthPrompt === undefined
      ? []
      : [
          {
            source: 'depth prompt' as const,
            text: macros.expand(depthPrompt.text).trim(),
            position: { at: 'depth' as const, depth: depthPrompt.depth, role: depthPrompt.role },
          },
        ]),
    ...(postHistoryInstructions === undefined
      ? []
      : [
          {
            source: 'post-history instructions' as const,
            // There are none of ours that `{{original}}` would stand for.
            text: macros.expand(postHistoryInstructions, '').trim(),
            position: { at: 'end' as const },
          },
        ]),
  ].filter(({ text }) => text !== '');
};

const headed = (head: string, text: string): string => (text === '' ? '' : head + text);

/** Example dialogue as a prompt shows it; empty where there is none. */
export const exampleTold = (char: string, dialogue: string): string =>
  headed(`How ${char} talks, by example (this is not part of the chat):\n\n`, exampleTexts(dialogue));

const exampleTexts = (dialogue: string): string =>
  dialogue
    .split(/<START>/i)
    .map((example) => example.trim())
    .filter((example) => example !== '')
    .join('\n\n');
