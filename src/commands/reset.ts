import type { Command } from '../core/command.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { counted } from './words.ts';

/**
 * `/reset`: forgets the conversation. A server's memory belongs to all who talk there, and what is
 * forgotten can't be brought back: moderators only. Direct messages and the terminal are the
 * caller's own.
 */
export const createResetCommand = (services: Pick<CommandServices, 'memory' | 'engine' | 'stopAnswers'>): Command => ({
  name: 'reset',
  description: 'Forget this conversation and start anew',
  options: [],
  rank: 'everyone',
  async run(context) {
    const { conversation, where, rank } = context;
    const isShared = where === 'server' || where === 'thread';
    if (isShared && !ranksAtLeast(rank, 'moderator'))
      throw refusal('not-allowed', context, 'forModerators', { command: shownPath('reset', context) });
    // First, because what came of a stopped answer is remembered.
    await services.stopAnswers(conversation);
    const forgotten = await services.memory.reset(conversation);
    await services.engine.forget(conversation);
    const text =
      forgotten === 0
        ? 'There was nothing to forget here. We start anew.'
        : `I have forgotten ${counted(forgotten, 'message')} here. We start anew.`;
    return { text, isPrivate: false };
  },
});
