import { createInteractiveChat } from './interactive-chat.ts';
import { createLineChat } from './line-chat.ts';
import type { TerminalChat, TerminalChatOptions } from './options.ts';

/** Whether a person sits at both ends: then the chat is interactive, otherwise it answers line by line. */
export const isInteractive = ({ input, output }: Pick<TerminalChatOptions, 'input' | 'output'>): boolean =>
  input.isTTY === true && output.isTTY === true;

/** The chat over standard input and output, in the form that fits them. */
export const createTerminalChat = (options: TerminalChatOptions): TerminalChat =>
  isInteractive(options) ? createInteractiveChat(options) : createLineChat(options);
