import type { Turn } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';

/**
 * Which greeting a conversation began with, as cards count them: 0 is `greeting`, then come the alternate ones, then those for groups.
 * Minus one where it began with none, or with a text that was written in the place of one.
 *
 * @param first the conversation's first turn, of which the persona's own greetings are the alternatives
 */
export const greetingIndex = (
  first: Turn | undefined,
  persona: Pick<Persona, 'greeting' | 'alternateGreetings' | 'groupOnlyGreetings'> | undefined,
): number => {
  if (first === undefined || first.role !== 'assistant' || first.replyTo !== undefined) return none;
  if (persona === undefined) return first.shown;
  const { greeting = '', alternateGreetings = [], groupOnlyGreetings = [] } = persona;
  const texts = [greeting, ...alternateGreetings, ...groupOnlyGreetings].map((text) => text.trim());
  // Empty ones, and what is there twice, are not among the alternatives.
  const indexes = texts.flatMap((text, index) => (text === '' || texts.indexOf(text) < index ? [] : [index]));
  return indexes[first.shown] ?? none;
};

const none = -1;
