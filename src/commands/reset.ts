import type { Command } from '../core/command.ts';
import type { CommandServices } from './services.ts';
import { counted } from './words.ts';

/**
 * `/reset`: forgets the conversation. Everyone may, because a conversation in direct messages or in
 * the terminal is the caller's own; where servers should keep it to moderators, their own command
 * permissions do that.
 */
export const createResetCommand = (services: Pick<CommandServices, 'memory' | 'engine' | 'stopAnswers'>): Command => ({
  name: 'reset',
  description: 'Forget this conversation and start anew',
  options: [],
  rank: 'everyone',
  async run({ conversation }) {
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
