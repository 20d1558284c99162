import type { Persona } from '../core/persona.ts';
import { expandMacros } from './macros.ts';
import { cleanName } from './names.ts';

/** The system prompt of a persona that brings none. */
export const defaultSystemPrompt = `You are {{char}}, and you are taking part in a chat, perhaps with several people. Where a message begins with a name and a colon, that is who wrote it. Read the conversation and write the next message of {{char}}, in {{char}}'s own voice and manner. Write that one message only: never speak, act or decide for anybody else, and don't put a name in front of what you say.`;

/** A piece of the system text, with the field it comes from. */
export type PersonaPart = {
  readonly source: 'system prompt' | 'description' | 'personality' | 'scenario' | 'greeting' | 'example dialogue';
  readonly text: string;
};

/** True for a persona that is played rather than one that only helps: its answers open with its name. */
export const isCharacter = (persona: Persona): boolean =>
  [persona.description, persona.personality, persona.scenario, persona.exampleDialogue].some((field) => Boolean(field?.trim()));

/**
 * What the model is told about a persona, in the order of the prompt, the example dialogue last.
 * @param human the name of the human when there is exactly one. With several, `{{user}}` has to be
 *   somebody unnamed: a name that changes with who asks would change the prompt's beginning each time.
 */
export const personaParts = (persona: Persona, human: string | undefined): readonly PersonaPart[] => {
  const char = cleanName(persona.name);
  const expand = (text: string, user = human ?? 'the user'): string => expandMacros(text, { char, user }).trim();
  const original = expand(defaultSystemPrompt);
  const own = persona.systemPrompt?.trim() ?? '';
  const parts: readonly PersonaPart[] = [
    {
      source: 'system prompt',
      text: own === '' ? original : expandMacros(own, { char, user: human ?? 'the user', original }).trim(),
    },
    { source: 'description', text: expand(persona.description ?? '') },
    { source: 'personality', text: headed(`${char}'s personality: `, expand(persona.personality ?? '')) },
    { source: 'scenario', text: headed('Scenario: ', expand(persona.scenario ?? '')) },
    {
      source: 'example dialogue',
      text: headed(
        `How ${char} talks, by example (this is not part of the chat):\n\n`,
        examples(expand(persona.exampleDialogue ?? '', human ?? 'User')),
      ),
    },
  ];
  return parts.filter((part) => part.text !== '');
};

/** A persona's fields for a layout, as they stand in its file but for the macros; absent ones are empty. */
export const personaFields = (
  persona: Persona,
  human: string | undefined,
): Readonly<Record<'name' | 'system' | 'description' | 'personality' | 'scenario' | 'greeting' | 'examples', string>> => {
  const char = cleanName(persona.name);
  const expand = (text = '', user = human ?? 'the user'): string => expandMacros(text, { char, user }).trim();
  return {
    name: char,
    system: expand(persona.systemPrompt),
    description: expand(persona.description),
    personality: expand(persona.personality),
    scenario: expand(persona.scenario),
    greeting: expand(persona.greeting),
    examples: expand(persona.exampleDialogue, human ?? 'User'),
  };
};

const headed = (head: string, text: string): string => (text === '' ? '' : head + text);

const examples = (dialogue: string): string =>
  dialogue
    .split(/<START>/i)
    .map((example) => example.trim())
    .filter((example) => example !== '')
    .join('\n\n');
