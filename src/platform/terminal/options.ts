import type { AnswerSurface } from '../../core/answer-surface.ts';
import type { Command } from '../../core/command.ts';
import type { ConversationKey, Speaker } from '../../core/conversation.ts';
import type { Logger } from '../../core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../core/message.ts';

/** Standard input, as far as it is used. */
export type TerminalInput = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  destroy?(): unknown;
};

/** Standard output, as far as it is used. */
export type TerminalOutput = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export type TerminalChatOptions = {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  /** Standard error; without a terminal the bot's notices go there. */
  readonly errors: NodeJS.WritableStream;
  /** Read for `NO_COLOR`, `TERM` and the language. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who types; see `terminalUser`. */
  readonly user: Speaker;
  readonly commands: readonly Command[];
  /** Answers one message; resolves once it is dealt with altogether, `port.end` included. */
  onMessage(message: IncomingMessage, port: ReplyPort): Promise<void>;
  /** Ends the answer that is being written in the conversation; what came of it is kept. */
  stopAnswers(conversation: ConversationKey): unknown;
  /** The chat ends: told once, as soon as that is sure. An answer may still be written then. */
  onLeave?(): void;
  /** What the chat begins with, before the first line is read: a persona's greeting. [nothing] */
  open?(port: ReplyPort): Promise<void>;
  /** What is said at the start of a chat in a terminal: what is loaded, who answers, where help is. */
  greeting?(): Promise<string>;
  /** Where the typed lines are kept for the arrow keys; nowhere when absent. */
  readonly historyFile?: string;
  /** Where files that commands make are put. [`exports` beside the history file] */
  readonly exportsFolder?: string;
  readonly logger: Logger;
  /** In milliseconds since 1970. */
  now(): number;
  /** A message id that no other message has or will have, also in later runs. */
  newId(): string;
};

/** A chat over standard input and output. */
export interface TerminalChat {
  /** Serves until the input ends or the user leaves; resolves with the exit code of the program. */
  run(): Promise<number>;
  /** Where answers appear that are no replies to a typed message. */
  readonly answers: AnswerSurface;
  /** Ends it: stops the answer being written, takes no more input, resolves once `run` is done. */
  close(): Promise<void>;
}
