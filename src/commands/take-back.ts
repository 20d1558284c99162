import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext } from '../core/command.ts';
import type { Turn } from '../core/conversation.ts';
import { branch, rewind, undo } from '../turn/history.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { ownerOf, requireOwnTurn, revisePlace, turnOfMessage } from './meant-answer.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, requireOwnerOrModerator } from './refusal.ts';
import type { ReviseCommandServices } from './revise.ts';

/** Messages of the bot that are taken out of the chat in one go. */
const withdrawnMax = 100;

/** `/undo [count]`: takes back the last questions with their answers. Others than moderators only their own last one. */
export const createUndoCommand = (services: ReviseCommandServices): Command =>
  defineCommand({
    name: 'undo',
    description: 'Take back the last question with its answer, or several',
    options: [
      {
        name: 'count',
        description: 'How many; more than one is for moderators',
        kind: 'integer',
        min: 1,
        max: bounds.undoneExchangesMax,
      },
    ],
    rank: 'everyone',
    run: async (context, { count = 1 }) => {
      const { conversation, locale } = context;
      if (!ranksAtLeast(context.rank, 'moderator')) {
        if (count > 1) throw refusal('not-allowed', context, 'undoOne');
        const last = (await services.memory.turns(conversation, { newest: bounds.revisedTurnsMax })).at(-1);
        requireOwnerOrModerator(context, last && (await ownerOf(services.memory, conversation, last)));
      }
      const gone = await undo(services, conversation, count);
      if (gone.length === 0) return { text: say(locale, 'undoNothing'), isPrivate: true };
      await withdraw(services, context, gone);
      return { text: say(locale, 'undone', { count: gone.length }), isPrivate: true };
    },
  });

const withdraw = (services: ReviseCommandServices, context: CommandContext, gone: readonly Turn[]): Promise<void> => {
  const own = gone.filter(({ role }) => role === 'assistant').flatMap(({ messageIds }) => messageIds);
  return services.answers.withdraw(revisePlace(context), own.slice(-withdrawnMax));
};

/** The menu `Delete from memory`: forgets what one message says. The message itself stays. */
export const createDeleteMenu = ({ memory }: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Delete from memory',
    description: 'Forget what this message says',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const turn = await turnOfMessage(memory, context);
      requireOwnerOrModerator(context, await ownerOf(memory, context.conversation, turn));
      await memory.remove(context.conversation, [turn.id]);
      return { text: say(context.locale, 'forgotten', { count: 1 }), isPrivate: true };
    },
  });

/** The menu `Rewind here`: forgets all that came after a message. */
export const createRewindMenu = (services: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Rewind here',
    description: 'Forget all that came after this message',
    options: [],
    rank: 'moderator',
    run: async (context) => {
      const { conversation, target, locale } = context;
      if (target?.kind !== 'message') throw refusal('bad-input', context, 'outdated');
      const { count, turns } = await rewind(services, conversation, target.messageId);
      await withdraw(services, context, turns);
      return { text: say(locale, 'forgotten', { count }), isPrivate: true };
    },
  });

/** The menu `Branch to thread`: goes on from a message in a thread of its own; here all stays as it is. */
export const createBranchMenu = (services: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Branch to thread',
    description: 'Go on from this message in a new thread',
    options: [],
    rank: 'everyone',
    places: ['server'],
    run: async (context) => {
      const { conversation, target, locale, user } = context;
      if (target?.kind !== 'message') throw refusal('bad-input', context, 'outdated');
      const turn = await turnOfMessage(services.memory, context);
      await requireOwnTurn(services.memory, context, turn);
      const name = say(locale, 'branchName', { name: user.name }).slice(0, 90).toWellFormed();
      const thread = await services.answers.openThread(revisePlace(context), target.messageId, name);
      if (thread === undefined) throw refusal('not-allowed', context, 'noThread');
      const count = await branch(services, conversation, thread, target.messageId);
      return { text: say(locale, 'branched', { count, thread: `<#${thread.slice(thread.indexOf(':') + 1)}>` }), isPrivate: true };
    },
  });
