import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { messageOption } from './edit-reply.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { counted, revisePlace, turnOfMessage } from './meant-answer.ts';
import { requirePersonaChoice } from './persona-choice.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { visiblePersonas } from './visible-personas.ts';

type ReplyAsServices = Pick<CommandServices, 'memory' | 'answers' | 'personas' | 'quota' | 'settings'>;

/** Most choices that a menu of Discord has. */
const choicesMax = 25;

/** The menu `Reply as persona`: lets somebody else answer a message. */
export const createReplyAsMenu = (services: ReplyAsServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Reply as persona',
    description: 'Let a persona answer this message',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { locale, target } = context;
      if (target?.kind !== 'message') throw refusal('bad-input', context, 'outdated');
      await requirePersonaChoice(services, context);
      await turnOfMessage(services.memory, context);
      const choices = visiblePersonas(services.personas, context)
        .slice(0, choicesMax)
        .map(({ id, name, summary }) => ({ label: name, value: id, ...(summary !== '' && { description: summary }) }));
      const label = say(locale, 'replyAsWhom');
      const values = { message: target.messageId };
      return {
        text: label,
        isPrivate: true,
        components: [{ kind: 'menu', call: 'reply as', values, option: 'persona', label, choices }],
      };
    },
  });

/** What choosing one calls. */
export const createReplyAsAction = (services: ReplyAsServices): Command =>
  defineCommand({
    kind: 'action',
    name: 'reply as',
    description: 'Let a persona answer a message',
    options: [
      { ...messageOption, isRequired: true },
      { name: 'persona', description: 'The persona that shall answer', isRequired: true, max: 64 },
    ],
    rank: 'everyone',
    run: async (context, { message, persona }) => {
      await requirePersonaChoice(services, context);
      const { id: turnId } = await turnOfMessage(services.memory, context, message);
      const { id: personaId, name } = findPersona(services.personas, persona, context);
      const asked = { turnId, personaId, messageId: message };
      await counted(services, context, () => services.answers.replyAs(revisePlace(context), asked));
      return { text: say(context.locale, 'replyAsDone', { name }), isPrivate: true, replacesMessage: true };
    },
  });
