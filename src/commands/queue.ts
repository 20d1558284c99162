import type { Command, CommandContext } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import type { QueuedRequest } from './request-log.ts';
import type { CommandServices } from './services.ts';
import { durationText } from './words.ts';

type QueueServices = Pick<CommandServices, 'queue' | 'stopAnswers' | 'requests'>;

/** `/queue show|cancel|clear`: what waits for an answer; everybody can drop what is their own, moderators all that waits in their conversation. */
export const createQueueCommand = (services: QueueServices): Command => ({
  name: 'queue',
  description: 'Show what waits for an answer, or drop it',
  short: { alone: 'show' },
  subcommands: [showCommand(services), cancelCommand(services), clearCommand(services)],
});

const showCommand = (services: QueueServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show how many answers are being written and wait, and when it is your turn',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { running, waiting } = services.queue.state();
      const own = ownOf(services, context).map((request) => `- ${requestText(request, context)}`);
      const lines = [say(context.locale, 'queueState', { running, waiting }), ...own];
      return { text: lines.join('\n'), isPrivate: true };
    },
  });

const ownOf = ({ requests }: QueueServices, { user }: CommandContext): readonly QueuedRequest[] =>
  requests().filter(({ userId }) => userId === user.id);

const requestText = ({ conversation, isRunning, place, waitMs }: QueuedRequest, context: CommandContext): string => {
  const { locale } = context;
  const [, channelId] = /^discord:(\d+)$/.exec(conversation) ?? [];
  const where = conversation === context.conversation || channelId === undefined ? say(locale, 'scopeHere') : `<#${channelId}>`;
  if (isRunning) return say(locale, 'queueRunning', { where });
  if (waitMs === undefined) return say(locale, 'queuePlace', { where, place: place + 1 });
  return say(locale, 'queueWait', { where, place: place + 1, wait: durationText(waitMs) });
};

const cancelCommand = (services: QueueServices): Command =>
  defineCommand({
    name: 'cancel',
    description: 'Drop your own requests, here and elsewhere',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const cancelled = ownOf(services, context).reduce(
        (count, { conversation, messageId }) => count + services.queue.cancel(conversation, messageId),
        0,
      );
      const text =
        cancelled === 0 ? say(context.locale, 'queueNoOwn') : say(context.locale, 'queueCleared', { count: cancelled });
      return { text, isPrivate: true };
    },
  });

const clearCommand = (services: QueueServices): Command =>
  defineCommand({
    name: 'clear',
    description: 'Stop everything here: the answer being written, and those that wait',
    options: [],
    rank: 'moderator',
    run: async ({ conversation, locale }) => {
      const stopped = await services.stopAnswers(conversation);
      if (stopped === 0) return { text: say(locale, 'queueEmpty'), isPrivate: true };
      return { text: say(locale, 'queueCleared', { count: stopped }), isPrivate: false };
    },
  });
