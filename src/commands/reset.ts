import type { Command } from '../core/command.ts';
import { type GreetingServices, greetHere } from './greeting.ts';
import { say } from './locale/index.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';

/**
 * `/reset`: forgets the conversation. A server's memory belongs to all who talk there, and what is
 * forgotten can't be brought back: moderators only. Direct messages and the terminal are the
 * caller's own. A persona with a greeting begins anew with it.
 */
export const createResetCommand = (services: Pick<CommandServices, 'engine' | 'stopAnswers'> & GreetingServices): Command => ({
  name: 'reset',
  description: 'Forget this conversation and start anew',
  options: [],
  rank: 'everyone',
  async run(context) {
    const { conversation, where, rank, locale } = context;
    const isShared = where === 'server' || where === 'thread';
    if (isShared && !ranksAtLeast(rank, 'moderator'))
      throw refusal('not-allowed', context, 'forModerators', { command: shownPath('reset', context) });
    // First, because what came of a stopped answer is remembered.
    await services.stopAnswers(conversation);
    const forgotten = await services.memory.reset(conversation);
    await services.engine.forget(conversation);
    if (forgotten > 0) await greetHere(services, context);
    const notice = forgotten === 0 ? 'resetNothing' : forgotten === 1 ? 'resetOne' : 'resetMany';
    return { text: say(locale, notice, { count: forgotten }), isPrivate: false };
  },
});
