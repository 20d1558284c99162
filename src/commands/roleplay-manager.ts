import type { CommandContext } from '../core/command.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, shownPath } from './refusal.ts';

/**
 * Scenes, notes, scenarios and summaries of a server's channel belong to all who talk there: its moderators change them. In a
 * thread that the bot opened for somebody, in direct messages and in the terminal everybody may. Throws for others.
 * @param path the command, for the sentence that refuses
 */
export const requireManager = (context: CommandContext, path: string): void => {
  const { where, place, rank } = context;
  const isShared = (where === 'server' || where === 'thread') && place?.isOwnThread !== true;
  if (isShared && !ranksAtLeast(rank, 'moderator'))
    throw refusal('not-allowed', context, 'forModerators', { command: shownPath(path, context) });
};
