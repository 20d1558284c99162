import type { ConversationKey, Speaker } from './conversation.ts';
import type { Place } from './settings.ts';

/** One option of a command; all are text, and may be left out unless `isRequired`. */
export type CommandOption = {
  readonly name: string;
  readonly description: string;
  readonly isRequired?: boolean;
  /** What can be chosen, for completion; at most 25 are shown. */
  choices?(context: CommandContext, typed: string): Promise<readonly string[]>;
};

/** Who calls a command, and where. */
export type CommandContext = {
  readonly conversation: ConversationKey;
  /** Where it was called. */
  readonly place?: Place;
  readonly user: Speaker;
  /** `owner` runs the bot, `moderator` may manage the place. */
  readonly rank: 'everyone' | 'moderator' | 'owner';
};

/** What a command says. `isPrivate` answers are shown to the caller only, where the platform can. */
export type CommandReply = { readonly text: string; readonly isPrivate: boolean };

/** A command of the bot, the same on every platform. */
export type Command = {
  /** Lower case, as typed after `/`. */
  readonly name: string;
  /** One line, at most 100 characters. */
  readonly description: string;
  readonly options: readonly CommandOption[];
  /** The lowest rank that may call it. */
  readonly rank: CommandContext['rank'];
  /** Runs it; a `PaddockError` becomes its `userText`, shown privately. */
  run(context: CommandContext, options: Readonly<Record<string, string | undefined>>): Promise<CommandReply>;
};
