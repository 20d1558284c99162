import type { CommandContext } from '../core/command.ts';
import { type ErrorCode, PaddockError } from '../core/error.ts';
import { type Notice, pathIn, say } from './locale/index.ts';
import { ranksAtLeast } from './rank.ts';

/** A command as people call it where they are: by its translated words on Discord, by the English ones where it is typed. */
export const shownPath = (path: string, { locale, where }: Pick<CommandContext, 'locale' | 'where'>): string =>
  `/${where === 'terminal' ? path : pathIn(locale, path)}`;

/**
 * For what belongs to one person, such as an answer under which a button stands: throws unless the caller is that person or
 * a moderator. @param ownerId speaker id, as memory has it and not as an id of a button says.
 */
export const requireOwnerOrModerator = (context: CommandContext, ownerId: string | undefined): void => {
  if (context.user.id !== ownerId && !ranksAtLeast(context.rank, 'moderator')) throw refusal('not-allowed', context, 'notYours');
};

/** An error whose sentence is a notice in the caller's language. */
export const refusal = (
  code: ErrorCode,
  context: Pick<CommandContext, 'locale'>,
  notice: Notice,
  values: Readonly<Record<string, string | number>> = {},
  cause?: unknown,
): PaddockError =>
  new PaddockError(code, say('en', notice, values), {
    userText: say(context.locale, notice, values),
    ...(cause === undefined ? {} : { cause }),
  });
