import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { counted, meantAnswer, ownAnswer, revisePlace } from './meant-answer.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

export type ReviseCommandServices = Pick<CommandServices, 'memory' | 'answers' | 'quota' | 'settings' | 'queue'>;

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
