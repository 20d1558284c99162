import type { ChatMessage, Prompt } from '../core/prompt.ts';
import { withSpeaker } from './arrange.ts';
import type { PromptTemplate } from './template.ts';

// What a single message takes in a prompt, near enough to choose by: the prompt is counted again as a whole.

/** A native template's markup around a message, in tokens: a guess. */
const nativeMarkupTokens = 8;

export const plain = (text: string): Prompt => [{ kind: 'text', text }];

/** A message as it stands in the prompt, with its name. */
export const messageText = ({ name, content }: Pick<ChatMessage, 'name' | 'content'>): string =>
  name === undefined ? content : withSpeaker(name, content);

/** What a template writes around one message of a role; nothing for the engine's own template. */
export const markup = (template: PromptTemplate, role: 'user' | 'assistant'): Prompt => {
  if (template.kind === 'native') return [];
  const join = role === 'assistant' ? template.joinAfterAnswer : template.join;
  return [...join, ...template[role]].filter((piece) => piece.kind !== 'slot');
};

/** Tokens of a message with what stands around it. */
export const costOf = (
  template: PromptTemplate,
  role: ChatMessage['role'],
  textTokens: number,
  { userMarkup, answerMarkup }: { readonly userMarkup: number; readonly answerMarkup: number },
): number => textTokens + (template.kind === 'native' ? nativeMarkupTokens : 0) + (role === 'user' ? userMarkup : answerMarkup);
