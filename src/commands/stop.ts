import type { Command } from '../core/command.ts';
import { say } from './locale/index.ts';
import type { CommandServices } from './services.ts';

/** `/stop`: ends the answer being written here, which keeps what came of it, and drops those that wait. */
export const createStopCommand = (services: Pick<CommandServices, 'stopAnswers'>): Command => ({
  name: 'stop',
  description: 'Stop the answer that is being written here, and drop those that wait',
  options: [],
  rank: 'everyone',
  async run({ conversation, locale }) {
    const stopped = await services.stopAnswers(conversation);
    if (stopped === 0) return { text: say(locale, 'stopNothing'), isPrivate: true };
    const text = stopped === 1 ? say(locale, 'stopped') : say(locale, 'stoppedMany', { count: stopped });
    return { text, isPrivate: false };
  },
});
