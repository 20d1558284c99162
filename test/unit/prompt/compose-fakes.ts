import type { Turn } from '../../../src/core/conversation.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { type Prompt, promptText } from '../../../src/core/prompt.ts';
import type { ComposeDependencies } from '../../../src/prompt/compose.ts';

/** Four characters a token, at least one for each segment that is not empty. */
export const tokensOf = (prompt: Prompt): number => Math.ceil(promptText(prompt).length / 4);

/** An engine that counts what it is asked. */
export const fakeEngine = (count: (prompt: Prompt) => number = tokensOf) => {
  const calls = { countTokens: 0, prompts: 0, renderChat: 0 };
  const engine: ComposeDependencies = {
    countTokens: async (prompts) => {
      calls.countTokens += 1;
      calls.prompts += prompts.length;
      return prompts.map(count);
    },
    renderChat: async (messages) => {
      calls.renderChat += 1;
      return [
        ...messages.flatMap(
          ({ role, content }): Prompt => [
            { kind: 'control', text: `<|${role}|>\n` },
            { kind: 'text', text: content },
            { kind: 'eos' },
            { kind: 'control', text: '\n' },
          ],
        ),
        { kind: 'control', text: '<|assistant|>\n' },
      ];
    },
  };
  return { engine, calls };
};

export const helper: Persona = {
  id: 'helper',
  name: 'Pad',
  summary: 'Helps.',
  systemPrompt: 'You are {{char}}. You help {{user}}.',
};
export const character: Persona = {
  id: 'quill',
  name: 'Quill',
  summary: 'A poet.',
  description: '{{char}} is an old poet.',
  personality: 'dry',
  scenario: '{{char}} and {{user}} sit in a tavern.',
  exampleDialogue: '<START>\n{{user}}: Hello\n{{char}}: Hm.\n<START>\n{{user}}: Bye\n{{char}}: At last.',
};

let next = 0;
const turn = (role: Turn['role'], id: string, name: string, text: string, more: Partial<Turn> = {}): Turn => {
  next += 1;
  return {
    id: String(next).padStart(8, '0'),
    role,
    speaker: { id, name },
    alternatives: [text],
    shown: 0,
    at: next,
    messageIds: [],
    ...more,
  };
};
/** A human's turn; ids go up in the order in which turns are made. */
export const said = (name: string, text: string, more: Partial<Turn> = {}): Turn =>
  turn('user', `human:${name}`, name, text, more);
export const answered = (persona: Persona, text: string, more: Partial<Turn> = {}): Turn =>
  turn('assistant', `persona:${persona.id}`, persona.name, text, more);
