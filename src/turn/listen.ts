import { bounds } from '../core/bounds.ts';
import type { Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { IncomingMessage } from '../core/message.ts';
import { type BotTurns, decide } from '../trigger/index.ts';

/** What `listen` needs. */
export type ListenServices = {
  readonly memory: Memory;
  readonly botTurns: BotTurns;
  readonly answerBots: boolean;
  /**
   * `channel`: what is said in the bot's hearing is remembered too, in places where it was
   * addressed before; `addressed`: only what is said to it.
   */
  readonly listen: 'channel' | 'addressed';
};

/**
 * Remembers a message and says whether it is to be answered: the turn, or undefined. The message
 * is on disk when this resolves. One that came before (a gateway replays events) is not answered again.
 */
export const listen = async (services: ListenServices, message: IncomingMessage): Promise<Turn | undefined> => {
  const { memory, botTurns } = services;
  const { action } = decide(message, services, botTurns.recent(message.conversation));
  botTurns.note(message.conversation, { isBot: message.author.isBot, isAnswered: action === 'answer' });
  if (action === 'ignore') return undefined;
  if (action === 'listen' && !(await isRemembered(services, message))) return undefined;
  const replyTo =
    message.replyToMessageId === undefined
      ? undefined
      : await memory.findByMessage(message.conversation, message.replyToMessageId);
  const { turn, isNew } = await memory.append(message.conversation, {
    role: 'user',
    speaker: { id: message.author.id, name: message.author.name },
    text: shorten(message.text),
    at: message.at,
    messageIds: [message.id],
    ...(replyTo === undefined ? {} : { replyTo: replyTo.id }),
  });
  return isNew && action === 'answer' ? turn : undefined;
};

const isRemembered = async ({ memory, listen }: ListenServices, message: IncomingMessage): Promise<boolean> =>
  listen === 'channel' && (await memory.count(message.conversation)) > 0;

const shorten = (text: string): string =>
  text.length <= bounds.messageCharactersMax ? text : `${text.slice(0, bounds.messageCharactersMax).toWellFormed()}…`;
