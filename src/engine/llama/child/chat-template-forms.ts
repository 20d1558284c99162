import type { ChatMessage } from '../../../core/prompt.ts';

/** How messages are given to a template. */
export type MessageForm = {
  readonly messages: readonly ChatMessage[];
  /** Whether `content` is text or a list of parts. */
  readonly contentAs: 'text' | 'parts';
};

/**
 * The ways to give a conversation to a template, from what it says itself to what even a narrow
 * template takes: turns of one role in a row become one, and the system prompt stands in the first
 * user turn. Ways that come to the
 * same have the same messages, so that all places are fixed.
 */
export const messageForms = (messages: readonly ChatMessage[]): readonly MessageForm[] =>
  (['text', 'parts'] as const).flatMap((contentAs) => [
    { messages, contentAs },
    { messages: mergeTurns(messages), contentAs },
    { messages: mergeTurns(systemIntoUser(messages)), contentAs },
  ]);

/** Turns of one role in a row joined by a line break, system messages by a blank line. */
export const mergeTurns = (messages: readonly ChatMessage[]): readonly ChatMessage[] => {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const previous = merged.at(-1);
    const between = message.role === 'system' ? '\n\n' : '\n';
    if (previous?.role === message.role)
      merged[merged.length - 1] = { ...previous, content: `${previous.content}${between}${message.content}` };
    else merged.push(message);
  }
  return merged.length === messages.length ? messages : merged;
};

/** What the system messages say stands before the first user turn's text, a blank line between them. */
export const systemIntoUser = (messages: readonly ChatMessage[]): readonly ChatMessage[] => {
  const system = messages.filter((message) => message.role === 'system').map((message) => message.content);
  if (system.length === 0) return messages;
  const turns = messages.filter((message) => message.role !== 'system');
  const head = system.filter((text) => text.trim() !== '').join('\n\n');
  const first = turns.findIndex((message) => message.role === 'user');
  const user = turns[first];
  if (user === undefined) return [{ role: 'user', content: head }, ...turns];
  return turns.with(first, { ...user, content: [head, user.content].filter((text) => text !== '').join('\n\n') });
};
