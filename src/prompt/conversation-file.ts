import { z } from 'zod';
import type { Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { Persona } from '../core/persona.ts';
import type { ChatMessage } from '../core/prompt.ts';

const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant'], 'must be "system", "user" or "assistant"'),
  name: z.string('must be text').optional(),
  content: z.string('must be text'),
});

/**
 * Reads a conversation as the command line takes it: a JSON list of `{role, name?, content}`.
 * Throws a `PaddockError` (`bad-input`) that lists all mistakes.
 */
export const parseConversation = (json: string): readonly ChatMessage[] => {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\ufeff/, ''));
  } catch (error) {
    throw badInput([`it is no valid JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  if (!Array.isArray(value)) throw badInput(['it must be a list: [{"role": "user", "content": "…"}]']);
  const problems: string[] = [];
  const messages: ChatMessage[] = [];
  for (const [index, entry] of value.entries()) {
    const parsed = messageSchema.safeParse(entry);
    if (parsed.success) {
      const { role, name, content } = parsed.data;
      messages.push({ role, content, ...(name !== undefined && { name }) });
    } else for (const issue of parsed.error.issues) problems.push(`message ${index + 1}: ${sentence(issue)}`);
  }
  if (problems.length > 0) throw badInput(problems);
  return messages;
};

const sentence = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys')
    return `has ${issue.keys.map((key) => `"${key}"`).join(', ')}; there are "role", "name" and "content"`;
  return issue.path.length === 0 ? 'must be an object with "role" and "content"' : `"${issue.path.join('.')}" ${issue.message}`;
};

const badInput = (problems: readonly string[]): PaddockError => {
  const shown = problems.slice(0, 20);
  const rest = problems.length - shown.length;
  const text = `The conversation can't be read: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more mistakes` : ''}.`;
  return new PaddockError('bad-input', text, { userText: text });
};

/**
 * Messages as turns, to be composed with a persona. Answers without a name, or with the persona's name or nickname, are the persona's;
 * system messages become the conversation's note, which follows the persona's own system text.
 */
export const turnsOf = (
  messages: readonly ChatMessage[],
  persona: Persona,
): { readonly turns: readonly Turn[]; readonly conversationNote?: string } => {
  const notes = messages.filter((message) => message.role === 'system').map((message) => message.content);
  const turns = messages.flatMap((message, index): readonly Turn[] => {
    if (message.role === 'system') return [];
    const { role, name, content } = message;
    const isPersona = role === 'assistant' && (name === undefined || name === persona.name || name === persona.nickname);
    const id = isPersona ? `persona:${persona.id}` : role === 'assistant' ? `persona-name:${name}` : `human:${name ?? ''}`;
    return [
      {
        id: String(index).padStart(8, '0'),
        role,
        speaker: { id, name: isPersona ? persona.name : (name ?? 'User') },
        alternatives: [content],
        shown: 0,
        at: 0,
        messageIds: [],
      },
    ];
  });
  return notes.length === 0 ? { turns } : { turns, conversationNote: notes.join('\n\n') };
};
