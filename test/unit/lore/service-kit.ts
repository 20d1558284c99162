// A persona, books and a question for tests of what lore gives an answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Persona } from '../../../src/core/persona.ts';
import type { LoreQuestion } from '../../../src/lore/index.ts';
import type { PromptInsert } from '../../../src/prompt/inserts.ts';
import { countWords, messagesOf } from './books.ts';

export const temporary = mkdtempSync(join(tmpdir(), 'paddock-lore-'));
after(() => rmSync(temporary, { recursive: true }));

export const rook: Persona = { id: 'rook', name: 'Rook', nickname: 'Rooky', summary: 'A bird.', tags: ['bird'] };
export const book = (name: string, ...entries: readonly string[]): string =>
  `name: ${name}\nentries:${entries.length === 0 ? ' []' : ''}\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
export const files = {
  'pass.yaml': book('The Pass', '{title: Inn, keys: [inn], content: The only inn.}'),
  'sea.yaml': book('The Sea', '{keys: [inn], content: Salt.}'),
  'storm.yaml': book('Storm', '{id: s, keys: [storm], content: It blows., stickyMessages: 2}'),
};
export const place = { serverId: '1', channelIds: ['30', '20', '10'] };
export const question = (lines: readonly string[], more: Partial<LoreQuestion> = {}): LoreQuestion => ({
  conversation: 'discord:30',
  persona: rook,
  messages: messagesOf(lines),
  messageCount: lines.length,
  contextTokens: 1000,
  countTokens: countWords,
  ...more,
});
export const textsOf = ({ inserts }: { readonly inserts: readonly PromptInsert[] }): readonly string[] =>
  inserts.map(({ text }) => text);
