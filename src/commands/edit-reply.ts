import { bounds } from '../core/bounds.ts';
import type { Command, CommandOption } from '../core/command.ts';
import { shownText } from '../core/conversation.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { ownAnswer, revisePlace } from './meant-answer.ts';
import { refusal } from './refusal.ts';
import type { ReviseCommandServices } from './revise.ts';

/** What Discord takes for one field of a form; a longer text would lose its end. */
export const formTextMax = 4000;

/** The message that a call is about, where the call itself can't tell: a form that a menu has opened. */
export const messageOption = {
  name: 'message',
  description: 'The id of the message',
  min: 1,
  max: 32,
} as const satisfies CommandOption;

/** The menu `Edit reply`: opens a form with the text of an answer. */
export const createEditMenu = ({ memory }: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Edit reply',
    description: 'Change the text of this answer',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { locale, target } = context;
      const turn = await ownAnswer(memory, context);
      if (target?.kind !== 'message') throw refusal('bad-input', context, 'outdated');
      const value = shownText(turn);
      if (value.length > formTextMax) throw refusal('bad-input', context, 'tooLongForForm', { max: formTextMax });
      return {
        text: '',
        isPrivate: true,
        form: {
          title: say(locale, 'editTitle'),
          call: 'edit answer',
          values: { message: target.messageId },
          fields: [{ option: 'text', label: say(locale, 'editLabel'), value, isRequired: true, isLong: true }],
        },
      };
    },
  });

/** What that form calls. */
export const createEditAction = ({ memory, answers }: ReviseCommandServices): Command =>
  defineCommand({
    kind: 'action',
    name: 'edit answer',
    description: 'Change the text of an answer',
    options: [
      { ...messageOption, isRequired: true },
      { name: 'text', description: 'The new text', isRequired: true, max: bounds.messageCharactersMax },
    ],
    rank: 'everyone',
    run: async (context, { message, text }) => {
      const { id: turnId } = await ownAnswer(memory, context, message);
      await answers.editAnswer(revisePlace(context), { turnId, text });
      return { text: say(context.locale, 'done'), isPrivate: true };
    },
  });
