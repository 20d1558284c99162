import { bounds } from '../core/bounds.ts';
import type { Turn } from '../core/conversation.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import type { Memory, NewTurn } from '../core/memory.ts';
import type { IncomingMessage } from '../core/message.ts';
import type { Place, TriggerSettings } from '../core/settings.ts';
import { cleanName } from '../prompt/index.ts';
import { decide, type RecentAnswers } from '../trigger/index.ts';
import type { TurnEvents } from './turn-events.ts';

/** What `listen` needs. */
export type ListenServices = {
  readonly memory: Memory;
  readonly recentAnswers: RecentAnswers;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** The settings of a place, and what a human says about themselves there. */
  at(
    place: Place | undefined,
  ): Promise<{ readonly trigger: TriggerSettings; human?(userId: string): Promise<HumanPersona | undefined> }>;
  readonly events?: TurnEvents;
  /** Whether what somebody said may be used at all. [it may] */
  mayUse?(userId: string): Promise<boolean>;
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
  const { memory, recentAnswers, random } = services;
  const { conversation, place, at } = message;
  const { trigger, human } = await services.at(place);
  const { action } = decide(message, trigger, recentAnswers.recent(conversation), random);
  recentAnswers.note(conversation, { isBot: message.author.isBot, isAnswered: action === 'answer', at });
  if (action === 'ignore') return undefined;
  if (!message.author.isBot) services.events?.heard?.({ conversation, ...(place && { place }) });
  if (action === 'listen' && services.listen !== 'channel') return undefined;
  const said = saidIn(message, await nameOf(message, human));
  if (action === 'listen') {
    await memory.appendIf(message.conversation, said, 'not-empty');
    return undefined;
  }
  const { turn, isNew } = await memory.append(message.conversation, await withQuote(services, message, said));
  return isNew ? turn : undefined;
};

/** With what it replies to in front, where that is not remembered and may be used. */
const withQuote = async (
  { memory, mayUse }: ListenServices,
  { conversation, quoted, replyToMessageId }: IncomingMessage,
  said: NewTurn,
): Promise<NewTurn> => {
  if (quoted === undefined || replyToMessageId === undefined) return said;
  if (await memory.findByMessage(conversation, replyToMessageId)) return said;
  if ((await mayUse?.(quoted.id)) === false) return said;
  const speaker = { id: quoted.id, name: cleanName(quoted.name) };
  const lines = `${speaker.name}: ${quoted.text}`.split('\n').map((line) => `> ${line}`);
  const text = `${lines.join('\n')}\n\n`;
  // Kept with whose words they are, so that they go when that person or their message does.
  return { ...said, text: shorten(`${text}${said.text}`), quoted: { speaker, messageId: replyToMessageId, text } };
};

/** What a message says, as memory takes it. */
export const saidIn = (
  { author, text, at, id: messageId, replyToMessageId }: IncomingMessage,
  name: string = author.name,
): NewTurn => ({
  role: 'user',
  speaker: { id: author.id, name },
  text: shorten(text),
  at,
  messageIds: [messageId],
  ...(replyToMessageId !== undefined && { replyToMessageId }),
});

/** As a human wants to be called; memory knows them by their id all the same. */
const nameOf = async (
  { author: { id, name, isBot } }: IncomingMessage,
  human: ((userId: string) => Promise<HumanPersona | undefined>) | undefined,
): Promise<string> => {
  const own = isBot ? undefined : (await human?.(id))?.name?.trim();
  return own ? cleanName(own, name) : name;
};

const shorten = (text: string): string =>
  text.length <= bounds.messageCharactersMax ? text : `${text.slice(0, bounds.messageCharactersMax).toWellFormed()}…`;
