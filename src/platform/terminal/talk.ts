import { dirname, join } from 'node:path';
import { say } from '../../commands/locale/index.ts';
import { bounds } from '../../core/bounds.ts';
import type { CommandContext } from '../../core/command.ts';
import type { ConversationKey, Speaker } from '../../core/conversation.ts';
import { PaddockError } from '../../core/error.ts';
import { type Locale, localeOf } from '../../core/locale.ts';
import type { ReplyPort } from '../../core/message.ts';
import { userTextIn } from '../../locale/index.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import type { TerminalChatOptions } from './options.ts';
import { createTypedCommands } from './typed-commands.ts';

/** The one conversation of the terminal. */
export const terminalConversation: ConversationKey = 'terminal:local';

/** Whoever sits at the terminal, by the name of the account. */
export const terminalUser = (accountName: string): Speaker => {
  const name = cleanLine(accountName).slice(0, bounds.nameCharactersMax) || 'you';
  return { id: `terminal:${name}`, name };
};

/** The language of the terminal, by the variables of its environment that name it. */
export const terminalLocale = ({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Locale =>
  localeOf(LC_ALL || LC_MESSAGES || LANG);

/** What someone typed: nothing, the wish to leave, a command, or something to say. */
export type Typed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'message'; readonly text: string; readonly isCut: boolean };

/** Tells what a typed text is. A space before a slash makes it something to say. */
export const readTyped = (typed: string): Typed => {
  const clean = cleanText(typed);
  const text = clean.trim();
  if (text === '') return { kind: 'nothing' };
  if (/^\/(?:exit|quit)\s*$/i.test(clean)) return { kind: 'leave' };
  if (clean.startsWith('/')) return { kind: 'command', line: text };
  const kept = text.slice(0, bounds.messageCharactersMax).replace(/[\ud800-\udbff]$/, '');
  return { kind: 'message', text: kept, isCut: kept.length < text.length };
};

/** What is said when a text was longer than a message may be. */
export const cutNotice = `That was longer than ${bounds.messageCharactersMax} characters; I left out the rest.`;

/** Runs what both kinds of terminal chat have in common. Neither function rejects. */
export const createTalk = (options: TerminalChatOptions) => {
  const { commands, user, logger, environment, historyFile } = options;
  const context: CommandContext = {
    conversation: terminalConversation,
    user,
    rank: 'owner',
    where: 'terminal',
    locale: terminalLocale(environment),
  };
  // Beside what else is kept for whoever sits here.
  const exportsFolder = options.exportsFolder ?? (historyFile === undefined ? undefined : join(dirname(historyFile), 'exports'));
  const typedCommands = createTypedCommands({ commands, context, exportsFolder, logger, now: options.now });

  return {
    context,

    /** Tells what a typed text is; while a form is being filled, every line but `/exit` is for it. */
    read(typed: string): Typed {
      const what = readTyped(typed);
      return typedCommands.isAsking && what.kind !== 'leave' ? { kind: 'command', line: cleanText(typed).trim() } : what;
    },

    async command(
      line: string,
      onProgress?: (text: string) => void,
    ): Promise<{ readonly text: string; readonly isFailure: boolean }> {
      const isCall = !typedCommands.isAsking;
      const outcome = await typedCommands.run(line, onProgress && ((text) => onProgress(cleanText(text).trim())));
      const [name = '', ...rest] = line.slice(1).toLowerCase().split(/\s+/);
      const isUnknown = isCall && outcome.isFailure && !commands.some((command) => command.name === name);
      const extra = isUnknown
        ? ` ${say(context.locale, 'saySlash')}`
        : isCall && name === 'help' && rest.length === 0
          ? `\n/exit: ${say(context.locale, 'leaveChat')}`
          : '';
      return { text: cleanText(outcome.text + extra).trim(), isFailure: outcome.isFailure };
    },

    async message(text: string, port: ReplyPort): Promise<void> {
      const author = { ...user, isBot: false };
      const message = { conversation: terminalConversation, id: options.newId(), author, text, at: options.now() };
      try {
        await options.onMessage({ ...message, addressed: 'direct' }, port);
      } catch (error) {
        // Nobody left to read the answer is no failure.
        if (error instanceof PaddockError && error.code === 'cancelled') return;
        logger.error({ error, conversation: terminalConversation }, 'a message could not be dealt with');
        await port.notice(userTextIn(context.locale, error));
      }
    },
  };
};
