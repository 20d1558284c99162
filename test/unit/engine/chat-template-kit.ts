import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ChatMessage, Prompt } from '../../../src/core/prompt.ts';
import { type ChatTemplates, createChatTemplates } from '../../../src/engine/llama/child/chat-template.ts';
import { createTemplateThread } from '../../../src/engine/llama/child/template-thread.ts';

/** A model family: its template, and what it makes of the four conversations. Texts stand in `⟦⟧`. */
export type Family = {
  readonly name: string;
  readonly bos: string;
  readonly eos: string;
  readonly one: string;
  readonly system: string;
  readonly three: string;
  readonly systemThree: string;
  readonly template: string;
};

const folder = fileURLToPath(new URL('../../fixtures/chat-templates', import.meta.url));

export const families: readonly Family[] = readdirSync(folder)
  .toSorted()
  .map((file) => ({ name: file.replace('.yaml', ''), ...parse(readFileSync(`${folder}/${file}`, 'utf8')) }));

export const family = (name: string): Family => {
  const found = families.find((one) => one.name === name);
  if (!found) throw new Error(`no family ${name}`);
  return found;
};

const user = (content: string): ChatMessage => ({ role: 'user', content });
const turns: readonly ChatMessage[] = [user('Hi there.'), { role: 'assistant', content: 'Hello!' }, user('Who are you?')];
const system: ChatMessage = { role: 'system', content: 'Be brief.' };

/** The conversations of the fixtures. */
export const conversations = {
  one: turns.slice(0, 1),
  system: [system, ...turns.slice(0, 1)],
  three: turns,
  systemThree: [system, ...turns],
} as const;

/** The clock of the fixtures: 5 November 2026, 09:07 local time. */
export const now = (): number => new Date(2026, 10, 5, 9, 7).getTime();

/** Templates on a thread that all tests of a file share. */
export const templatesOnOneThread = () => {
  const thread = createTemplateThread();
  return {
    thread,
    of: (template: string, tokens: { readonly bos?: string; readonly eos?: string } = {}): ChatTemplates =>
      createChatTemplates({
        templates: new Map([['default', template]]),
        bosText: tokens.bos ?? '<s>',
        eosText: tokens.eos ?? '</s>',
        now,
        thread,
      }),
  };
};

/** A prompt with its texts in `⟦⟧`. */
export const marked = (prompt: Prompt, tokens: { readonly bos?: string; readonly eos?: string } = {}): string =>
  prompt
    .map((segment) => {
      if (segment.kind === 'text') return `⟦${segment.text}⟧`;
      if (segment.kind === 'control') return segment.text;
      return segment.kind === 'bos' ? (tokens.bos ?? '<s>') : (tokens.eos ?? '</s>');
    })
    .join('');

/** A prompt as one text. */
export const flat = (prompt: Prompt, tokens: { readonly bos?: string; readonly eos?: string } = {}): string =>
  marked(
    prompt.map((segment) => (segment.kind === 'text' ? { kind: 'control', text: segment.text } : segment)),
    tokens,
  );
