import type { CommandContext } from '../core/command.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, shownPath } from './refusal.ts';

/**
 * Scenes, notes, scenarios and summaries of a server's channel belong to all who talk there: its moderators change them. In a
 * thread that the bot opened for somebody, in direct messages and in the terminal everybody may. Throws for others.
 * @param path the command, for the sentence that refuses
 */
export const requireManager = (context: CommandContext, path: string): void => {
  if (isShared(context) && !ranksAtLeast(context.rank, 'moderator'))
    throw refusal('not-allowed', context, 'forModerators', { command: shownPath(path, context) });
};

/** Whether a conversation belongs to all who talk in a server's channel. */
export const isShared = ({ where, place }: CommandContext): boolean =>
  (where === 'server' || where === 'thread') && place?.isOwnThread !== true;
