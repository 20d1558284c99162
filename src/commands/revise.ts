import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import { autoQuestionOf } from '../turn/auto-scene.ts';
import { isSpeakRequest, lastQuestion } from '../turn/roleplay-actions.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { counted, meantAnswer, ownAnswer, ownerOf, revisePlace } from './meant-answer.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

export type ReviseCommandServices = Pick<
  CommandServices,
  'memory' | 'answers' | 'quota' | 'settings' | 'queue' | 'stopAnswers' | 'requests'
>;

/** Nothing to say: what was asked for is seen in the answer itself. */
const quiet: CommandReply = { text: '', isPrivate: true };

/** `/regenerate [guidance]`: another text for the answer; the old ones stay as its swipes. Also behind the button 🔄. */
export const createRegenerateCommand = (services: ReviseCommandServices): Command =>
  defineCommand({
    name: 'regenerate',
    description: 'Let me write the last answer once more; the old one can be had back',
    options: [{ name: 'guidance', description: 'What you wish of it this time', max: bounds.guidanceCharactersMax }],
    rank: 'everyone',
    run: (context, { guidance }) => regenerate(services, context, guidance),
  });

export const createRegenerateMenu = (services: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Regenerate',
    description: 'Write this answer once more',
    options: [],
    rank: 'everyone',
    run: (context) => regenerate(services, context, undefined),
  });

const regenerate = async (
  services: ReviseCommandServices,
  context: CommandContext,
  guidance: string | undefined,
): Promise<CommandReply> => {
  const { id: turnId } = await ownAnswer(services.memory, context);
  const answer = { turnId, ...(guidance !== undefined && { guidance }) };
  return told(context, await counted(services, context, () => services.answers.regenerate(revisePlace(context), answer)));
};

/** Without a turn it was stopped before anything came. */
const told = ({ locale }: CommandContext, turn: Turn | undefined): CommandReply =>
  turn === undefined ? { text: say(locale, 'nothingCame'), isPrivate: true } : quiet;

/** `/continue`: writes on where the answer ends. Also behind the button ▶▶. */
export const createContinueCommand = (services: ReviseCommandServices): Command =>
  defineCommand({
    name: 'continue',
    description: 'Let me write on where the last answer ends',
    options: [],
    rank: 'everyone',
    run: (context) => continueAnswer(services, context),
  });

export const createContinueMenu = (services: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Continue',
    description: 'Write on where this answer ends',
    options: [],
    rank: 'everyone',
    run: (context) => continueAnswer(services, context),
  });

const continueAnswer = async (services: ReviseCommandServices, context: CommandContext): Promise<CommandReply> => {
  const { id: turnId } = await ownAnswer(services.memory, context);
  return told(context, await counted(services, context, () => services.answers.continueAnswer(revisePlace(context), { turnId })));
};

const steps: Readonly<Record<string, number>> = { next: 1, previous: -1 };

/** `/swipe next|previous|number`: shows another text of the answer. Also behind the buttons ◀ and ▶. */
export const createSwipeCommand = (services: ReviseCommandServices): Command =>
  defineCommand({
    name: 'swipe',
    description: 'Show another text of the last answer',
    options: [
      {
        name: 'to',
        description: 'next, previous, or the number of one; next without it',
        choices: async (context) => {
          const turn = await meantAnswer(services.memory, context);
          return ['next', 'previous', ...turn.alternatives.map((_text, index) => String(index + 1))];
        },
        max: 10,
      },
    ],
    rank: 'everyone',
    run: async (context, { to = 'next' }) => {
      const { locale } = context;
      const by = steps[to.toLowerCase()];
      if (by === undefined && !/^[1-9]\d{0,3}$/.test(to)) throw refusal('bad-input', context, 'swipeTo');
      const { id: turnId, alternatives } = await ownAnswer(services.memory, context);
      const target = by === undefined ? { turnId, to: Number(to) - 1 } : { turnId, by };
      const { isMoved, turn } = await services.answers.swipe(revisePlace(context), target);
      if (isMoved) return quiet;
      if (by !== undefined && context.target !== undefined) {
        // Its buttons led somewhere: the message is not what is remembered, as when the bot was killed in between. Memory holds.
        await services.answers.editAnswer(revisePlace(context), { turnId, text: shownText(turn) });
        return quiet;
      }
      return { text: say(locale, 'noMoreSwipes', { count: alternatives.length }), isPrivate: true };
    },
  });

/**
 * The menu `Stop`, and the button ⏹: moderators end what is written in the conversation, others only what they asked for.
 */
export const createStopMenu = (services: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Stop',
    description: 'Stop the answer that is being written',
    options: [],
    rank: 'everyone',
    run: (context) => stopOwn(services, context),
  });

export const createStopAction = (services: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'action',
    name: 'stop answer',
    description: 'Stop the answer that is being written',
    options: [],
    rank: 'everyone',
    run: (context) => stopOwn(services, context),
  });

const stopOwn = async (services: ReviseCommandServices, context: CommandContext): Promise<CommandReply> => {
  const { conversation, rank, locale } = context;
  if (rank !== 'everyone') {
    const stopped = await services.stopAnswers(conversation);
    return stopped === 0 ? { text: say(locale, 'queueEmpty'), isPrivate: true } : quiet;
  }
  const here = services.requests().filter((request) => request.conversation === conversation);
  const asked = await Promise.all(here.map(({ userId, messageId }) => isAskedBy(services, context, userId, messageId)));
  const own = here.filter((_request, index) => asked[index]);
  for (const { messageId } of own) services.queue.cancel(conversation, messageId);
  if (own.length > 0) return quiet;
  if (here.length > 0) throw refusal('not-allowed', context, 'notYours');
  return { text: say(locale, 'queueEmpty'), isPrivate: true };
};

/** Whether a request in the queue is somebody's: their own, or for an answer that is or will be theirs, whoever has called for it. */
const isAskedBy = async (
  { memory }: ReviseCommandServices,
  { conversation, user }: CommandContext,
  userId: string,
  requestId: string,
): Promise<boolean> => {
  if (userId === user.id) return true;
  const questionId = autoQuestionOf(requestId);
  if (questionId !== undefined) return (await memory.turn(conversation, questionId))?.speaker.id === user.id;
  if (isSpeakRequest(requestId)) return (await lastQuestion({ memory }, conversation))?.speaker.id === user.id;
  const turn = await memory.findByMessage(conversation, requestId);
  return turn !== undefined && (await ownerOf(memory, conversation, turn)) === user.id;
};
