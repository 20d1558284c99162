import { allTurns } from '../access/all-turns.ts';
import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import { shownText } from '../core/conversation.ts';
import { defineCommand } from './define-command.ts';
import { formTextMax } from './edit-reply.ts';
import { say } from './locale/index.ts';
import { revisePlace } from './meant-answer.ts';
import { lineOf, messageIdOf, pagesMax, pageTurns, searchTurns, turnAt } from './memory-lines.ts';
import { createPinCommands, pinList } from './memory-pins.ts';
import { createMemoryFileCommands } from './memory-transfer.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

export type MemoryCommandServices = Pick<CommandServices, 'memory' | 'answers' | 'engine' | 'stopAnswers' | 'optOuts' | 'now'>;

/** Finds of a search that are shown. */
const findsMax = 10;

/** `/memory show|edit|forget|pin|unpin|search|export|import`: what is remembered of a conversation, for its moderators. */
export const createMemoryCommand = (services: MemoryCommandServices): Command => ({
  name: 'memory',
  description: 'Show or change what I remember of this conversation',
  short: { alone: 'show', rest: 'search' },
  subcommands: [
    showCommand(services),
    editCommand(services),
    forgetCommand(services),
    ...createPinCommands(services),
    searchCommand(services),
    ...createMemoryFileCommands(services),
  ],
});

const showCommand = ({ memory }: MemoryCommandServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show what I remember here, the newest first',
    options: [
      { name: 'page', description: 'Which page; 1 is the newest', kind: 'integer', min: 1, max: pagesMax },
      { name: 'pinned', description: 'Only the pinned messages', kind: 'boolean' },
    ],
    rank: 'moderator',
    run: async (context, { page = 1, pinned = false }): Promise<CommandReply> => {
      if (pinned) return pinList(memory, context);
      const { conversation, locale } = context;
      const { pins = [] } = await memory.settings(conversation);
      const count = await memory.count(conversation);
      const pages = Math.min(pagesMax, Math.max(1, Math.ceil(count / pageTurns)));
      const shown = Math.min(page, pages);
      const newest = (await memory.turns(conversation, { newest: shown * pageTurns })).toReversed();
      const turns = newest.slice((shown - 1) * pageTurns);
      if (turns.length === 0) return { text: say(locale, 'memoryEmpty'), isPrivate: true, replacesMessage: true };
      const lines = turns.map((turn, index) => {
        const line = lineOf(turn, (shown - 1) * pageTurns + index + 1);
        return pins.includes(turn.id) ? `${line} 📌` : line;
      });
      const turnTo = (label: string, to: number) =>
        ({ kind: 'button', label, call: 'memory show', values: { page: String(to) }, isDisabled: to < 1 || to > pages }) as const;
      return {
        text: [say(locale, 'memoryPage', { count, page: shown, pages }), ...lines].join('\n'),
        isPrivate: true,
        replacesMessage: true,
        components: [
          ...(pages > 1 ? [turnTo('◀', shown - 1), turnTo('▶', shown + 1)] : []),
          ...(pins.length > 0 ? [showPins(pins.length)] : []),
        ],
      };
    },
  });

const showPins = (count: number) =>
  ({ kind: 'button', label: `📌 ${count}`, call: 'memory show', values: { pinned: 'true' } }) as const;

const editCommand = ({ memory, answers }: MemoryCommandServices): Command =>
  defineCommand({
    name: 'edit',
    description: 'Change what I remember of one message',
    options: [
      { name: 'which', description: 'The number of the message in the list; 1 is the newest', isRequired: true, max: 40 },
      { name: 'text', description: 'The new text; without it, a form opens', max: bounds.messageCharactersMax },
    ],
    rank: 'moderator',
    run: async (context, { which, text }): Promise<CommandReply> => {
      const { conversation, locale } = context;
      const turn = await turnAt(memory, context, which);
      const value = shownText(turn);
      if (text === undefined) {
        if (value.length > formTextMax) throw refusal('bad-input', context, 'tooLongForForm', { max: formTextMax });
        const fields = [{ option: 'text', label: say(locale, 'editLabel'), value, isRequired: true, isLong: true }];
        // By its id, for the numbers change with every message.
        const form = { title: say(locale, 'editTitle'), call: 'memory edit', values: { which: `#${turn.id}` }, fields };
        return { text: '', isPrivate: true, form };
      }
      if (turn.role === 'assistant' && turn.messageIds.length > 0)
        await answers.editAnswer(revisePlace(context), { turnId: turn.id, text });
      else if ((await memory.change(conversation, turn.id, { kind: 'replace', text })) === undefined)
        throw refusal('not-found', context, 'notRemembered');
      return { text: say(locale, 'done'), isPrivate: true };
    },
  });

const forgetCommand = ({ memory, engine, stopAnswers }: MemoryCommandServices): Command =>
  defineCommand({
    name: 'forget',
    description: 'Forget the newest messages, those of somebody, or one',
    options: [
      { name: 'count', description: 'How many of the newest', kind: 'integer', min: 1, max: bounds.removedTurnsMax },
      { name: 'user', description: 'Only what this user said', kind: 'user' },
      { name: 'message', description: 'One message: its id or its link', max: 200 },
    ],
    rank: 'moderator',
    run: async (context, { count, user, message }) => {
      const { conversation } = context;
      if (message !== undefined) {
        const turn = await memory.findByMessage(conversation, messageIdOf(message));
        if (turn === undefined) throw refusal('not-found', context, 'notRemembered');
        return forgotten(context, (await memory.remove(conversation, [turn.id])).length);
      }
      if (count === undefined && user === undefined) throw refusal('bad-input', context, 'forgetWhat');
      await stopAnswers(conversation);
      const gone = await forgetTurns(memory, conversation, { userId: user?.id, count });
      if (gone > 0) await engine.forget(conversation);
      return forgotten(context, gone);
    },
  });

const forgotten = ({ locale }: CommandContext, count: number): CommandReply => ({
  text: count === 0 ? say(locale, 'forgottenNothing') : say(locale, 'forgotten', { count }),
  isPrivate: true,
});

/** Removes the newest turns of a conversation, or of one person in it; gives their number. */
export const forgetTurns = async (
  memory: CommandServices['memory'],
  conversation: string,
  { userId, count = Number.POSITIVE_INFINITY }: { readonly userId?: string | undefined; readonly count?: number | undefined },
): Promise<number> => {
  const ids: string[] = [];
  for await (const page of allTurns(memory, conversation)) {
    const meant = page.filter(({ role, speaker }) => userId === undefined || (role === 'user' && speaker.id === userId));
    ids.push(...meant.slice(0, count - ids.length).map(({ id }) => id));
    if (ids.length >= count) break;
  }
  if (ids.length === 0) return 0;
  const gone = await memory.remove(conversation, ids);
  // It may tell what somebody said.
  if (userId !== undefined) await memory.configure(conversation, { summary: undefined });
  return gone.length;
};

/** The menu `Forget this user`: forgets what somebody said in this conversation. */
export const createForgetUserMenu = ({ memory, engine, stopAnswers }: MemoryCommandServices): Command =>
  defineCommand({
    kind: 'user-menu',
    name: 'Forget this user',
    description: 'Forget what this user said here',
    options: [],
    rank: 'moderator',
    run: async (context) => {
      const { conversation, target } = context;
      if (target?.kind !== 'user') throw refusal('bad-input', context, 'outdated');
      await stopAnswers(conversation);
      const gone = await forgetTurns(memory, conversation, { userId: target.user.id });
      if (gone > 0) await engine.forget(conversation);
      return forgotten(context, gone);
    },
  });

const searchCommand = ({ memory }: MemoryCommandServices): Command =>
  defineCommand({
    name: 'search',
    description: 'Find messages by words in what I remember here',
    options: [{ name: 'words', description: 'Words that all have to be in it', isRequired: true, min: 2, max: 200 }],
    rank: 'moderator',
    run: async ({ conversation, locale }, { words }) => {
      const { found, searched } = await searchTurns(memory, conversation, words, findsMax);
      const lines = found.map(({ turn, number, around }) => lineOf(turn, number, around));
      const text = found.length === 0 ? say(locale, 'searchNothing', { count: searched }) : lines.join('\n');
      return { text, isPrivate: true };
    },
  });
