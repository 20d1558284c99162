import { bounds } from '../../../core/bounds.ts';
import type { ChatMessage, Prompt } from '../../../core/prompt.ts';

/** Characters at the ends of a stretch that stay, so that a template still sees them. */
const endCharacters = 100;
/** A stretch without anything that templates look for, long enough to be worth it. */
const ordinary = /[^<>[\]{}|/#\ue000\ue001]{400,}/g;
const anything = /[^\ue000\ue001]{400,}/g;

const { textCharactersMax } = bounds.chatTemplate;

/**
 * Takes the insides out of very long conversations, which would take a template more than its time,
 * and puts them back into the prompt. Shorter ones stay as they are. What was taken out stands as its
 * number between U+E000 and U+E001.
 */
export const withoutInsides = (
  messages: readonly ChatMessage[],
): { readonly messages: readonly ChatMessage[]; readonly restore: (prompt: Prompt) => Prompt } => {
  if (charactersOf(messages) <= textCharactersMax) return { messages, restore: (prompt) => prompt };
  const insides: string[] = [];
  const takeOut = (inside: string): string => `\ue000${insides.push(inside) - 1}\ue001`;
  const takeMiddle = (stretch: string): string =>
    stretch.slice(0, endCharacters) + takeOut(stretch.slice(endCharacters, -endCharacters)) + stretch.slice(-endCharacters);
  const shorten = (some: readonly ChatMessage[], stretches: RegExp): readonly ChatMessage[] =>
    charactersOf(some) <= textCharactersMax
      ? some
      : some.map((message) => ({ ...message, content: message.content.replace(stretches, takeMiddle) }));

  // These characters of a text itself come first, so that they come back as they were.
  const unambiguous = messages.map((message) => ({
    ...message,
    content: message.content.replace(/[\ue000\ue001]+/g, takeOut),
  }));
  const short = shorten(shorten(unambiguous, ordinary), anything);
  const putBack = (text: string): string =>
    text.replace(/\ue000(\d+)\ue001/g, (_, index: string) => insides[Number(index)] ?? '');
  return {
    messages: short,
    restore: (prompt) =>
      prompt.map((segment) => (segment.kind === 'text' ? { kind: 'text', text: putBack(segment.text) } : segment)),
  };
};

const charactersOf = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, message) => sum + message.content.length, 0);
