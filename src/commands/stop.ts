import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import type { QueueRequest } from '../core/queue.ts';
import { autoQuestionOf } from '../turn/auto-scene.ts';
import { isSpeakRequest, lastQuestion } from '../turn/roleplay-actions.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { ownerOf } from './meant-answer.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

export type StopServices = Pick<CommandServices, 'memory' | 'queue' | 'stopAnswers' | 'endAutoScene' | 'requests'>;

/**
 * `/stop`: ends answers, which keep what came of them, and drops those that wait; moderators all of them here, others their own. A scene
 * that goes on by itself does so no longer, whoever calls, as with anything that somebody says.
 */
export const createStopCommand = (services: StopServices): Command =>
  defineCommand({
    name: 'stop',
    description: 'Stop the answers to you that are being written or wait here; moderators stop all of them',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { conversation, locale } = context;
      const wentOn = services.endAutoScene(conversation);
      const { stopped, others } = await stopMeant(services, context);
      if (stopped > 1) return { text: say(locale, 'stoppedMany', { count: stopped }), isPrivate: false };
      if (stopped === 1) return { text: say(locale, 'stopped'), isPrivate: false };
      if (wentOn) return { text: say(locale, 'sceneAutoEnded'), isPrivate: false };
      if (others > 0) throw refusal('not-allowed', context, 'stopNotYours');
      return { text: say(locale, 'stopNothing'), isPrivate: true };
    },
  });

/** The menu `Stop`. */
export const createStopMenu = (services: StopServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Stop',
    description: 'Stop the answer that is being written',
    options: [],
    rank: 'everyone',
    run: (context) => stopQuietly(services, context),
  });

/** What the button ⏹ calls. */
export const createStopAction = (services: StopServices): Command =>
  defineCommand({
    kind: 'action',
    name: 'stop answer',
    description: 'Stop the answer that is being written',
    options: [],
    rank: 'everyone',
    run: (context) => stopQuietly(services, context),
  });

/** What was stopped is seen in the answer itself. */
const stopQuietly = async (services: StopServices, context: CommandContext): Promise<CommandReply> => {
  const { stopped, others } = await stopMeant(services, context);
  if (stopped > 0) return { text: '', isPrivate: true };
  if (others > 0) throw refusal('not-allowed', context, 'stopNotYours');
  return { text: say(context.locale, 'stopNothing'), isPrivate: true };
};

/**
 * Ends the answers of a conversation that the caller may end: moderators all, others those to themselves. In direct messages and in the
 * terminal everybody is a moderator.
 */
const stopMeant = async (
  services: StopServices,
  context: CommandContext,
): Promise<{ readonly stopped: number; readonly others: number }> => {
  const { conversation, rank } = context;
  if (ranksAtLeast(rank, 'moderator')) return { stopped: await services.stopAnswers(conversation), others: 0 };
  const here = services.requests().filter((request) => request.conversation === conversation);
  const asked = await Promise.all(here.map((request) => isAskedBy(services, context, request)));
  const own = here.filter((_request, index) => asked[index]);
  const stopped = own.reduce((count, { messageId }) => count + services.queue.cancel(conversation, messageId), 0);
  return { stopped, others: here.length - own.length };
};

/** Whether a request in the queue is somebody's: their own, or for an answer that is or will be theirs, whoever has called for it. */
const isAskedBy = async (
  { memory }: Pick<StopServices, 'memory'>,
  { user }: CommandContext,
  { conversation, userId, messageId }: QueueRequest,
): Promise<boolean> => {
  if (userId === user.id) return true;
  const questionId = autoQuestionOf(messageId);
  if (questionId !== undefined) return (await memory.turn(conversation, questionId))?.speaker.id === user.id;
  if (isSpeakRequest(messageId)) return (await lastQuestion({ memory }, conversation))?.speaker.id === user.id;
  const turn = await memory.findByMessage(conversation, messageId);
  return turn !== undefined && (await ownerOf(memory, conversation, turn)) === user.id;
};
