import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { counted, revisePlace } from './meant-answer.ts';
import type { CommandServices } from './services.ts';

type ImpersonateServices = Pick<CommandServices, 'roleplay' | 'quota' | 'settings'>;

/** `/impersonate`: writes what the caller could say next, for them to send if they like it. It is remembered nowhere. */
export const createImpersonateCommand = (services: ImpersonateServices): Command =>
  defineCommand({
    name: 'impersonate',
    description: 'Let me write what you could say next; only you see it',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { user, locale } = context;
      const text = await counted(services, context, () => services.roleplay.impersonate(revisePlace(context), user));
      return { text: text ?? say(locale, 'nothingCame'), isPrivate: true };
    },
  });
