import { bounds } from '../core/bounds.ts';
import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { formTextMax } from './edit-reply.ts';
import { say } from './locale/index.ts';
import { counted, revisePlace } from './meant-answer.ts';
import { shownPath } from './refusal.ts';
import { requireManager } from './roleplay-manager.ts';
import type { CommandServices } from './services.ts';

type SummaryServices = Pick<CommandServices, 'memory' | 'roleplay' | 'quota' | 'settings'>;

const textMax = Math.min(bounds.conversationTextCharactersMax, formTextMax);

/** `/summary show|edit|make|clear|on|off`: what is kept in short of what no longer fits. */
export const createSummaryCommand = (services: SummaryServices): Command => ({
  name: 'summary',
  description: 'What I keep in short of what I can no longer read as a whole',
  short: { alone: 'show' },
  subcommands: [
    showCommand(services),
    editCommand(services),
    makeCommand(services),
    clearCommand(services),
    switchCommand(services, 'on', 'Make summaries here, and use them'),
    switchCommand(services, 'off', 'Make no summaries here, and use none'),
  ],
});

const showCommand = ({ memory }: SummaryServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show the summary of this conversation',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { conversation, locale } = context;
      const { summary, isSummarised = true } = await memory.settings(conversation);
      const text = summary?.text ?? say(locale, 'summaryNone', { command: shownPath('summary make', context) });
      return { text: isSummarised ? text : `${text}\n\n${say(locale, 'summaryIsOff')}`, isPrivate: true };
    },
  });

const editCommand = ({ memory }: SummaryServices): Command =>
  defineCommand({
    name: 'edit',
    description: 'Write the summary yourself; without a text, a form opens',
    options: [{ name: 'text', description: 'The new summary', max: textMax }],
    rank: 'everyone',
    run: async (context, { text }) => {
      requireManager(context, 'summary edit');
      const { conversation, locale } = context;
      const { summary } = await memory.settings(conversation);
      if (text === undefined) {
        const value = summary?.text.slice(0, textMax) ?? '';
        const field = {
          option: 'text',
          label: say(locale, 'summaryLabel'),
          isRequired: true,
          isLong: true,
          ...(value && { value }),
        };
        return { text: '', isPrivate: true, form: { title: say(locale, 'summaryTitle'), call: 'summary edit', fields: [field] } };
      }
      // Without a former one it covers nothing yet: the next takes it along with all that has left the prompt.
      await memory.configure(conversation, { summary: { ...summary, text: text.trim(), throughId: summary?.throughId ?? '' } });
      return { text: say(locale, 'summarySet'), isPrivate: true };
    },
  });

const makeCommand = (services: SummaryServices): Command =>
  defineCommand({
    name: 'make',
    description: 'Summarise now what has left the prompt since the last summary',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      requireManager(context, 'summary make');
      const made = await counted(services, context, () => services.roleplay.summarise(revisePlace(context)));
      return { text: made?.text ?? say(context.locale, 'summaryNothing'), isPrivate: true };
    },
  });

const clearCommand = ({ memory }: SummaryServices): Command =>
  defineCommand({
    name: 'clear',
    description: 'Forget the summary; the messages stay remembered',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      requireManager(context, 'summary clear');
      await memory.configure(context.conversation, { summary: undefined });
      return { text: say(context.locale, 'summaryCleared'), isPrivate: true };
    },
  });

const switchCommand = ({ memory }: SummaryServices, name: 'on' | 'off', description: string): Command =>
  defineCommand({
    name,
    description,
    options: [],
    rank: 'everyone',
    run: async (context) => {
      requireManager(context, `summary ${name}`);
      await memory.configure(context.conversation, { isSummarised: name === 'on' ? undefined : false });
      return { text: say(context.locale, name === 'on' ? 'summaryOn' : 'summaryOff'), isPrivate: true };
    },
  });
