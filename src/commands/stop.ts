import type { Command } from '../core/command.ts';
import type { CommandServices } from './services.ts';

/** `/stop`: ends the answer being written here, which keeps what came of it, and drops those that wait. */
export const createStopCommand = (services: Pick<CommandServices, 'stopAnswers'>): Command => ({
  name: 'stop',
  description: 'Stop the answer that is being written here, and drop those that wait',
  options: [],
  rank: 'everyone',
  async run({ conversation }) {
    const stopped = await services.stopAnswers(conversation);
    if (stopped === 0) return { text: 'Nothing is being written here.', isPrivate: true };
    return { text: stopped === 1 ? 'Stopped.' : `Stopped: ${stopped} answers, counting those that waited.`, isPrivate: false };
  },
});
