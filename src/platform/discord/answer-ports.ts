import type { Client } from 'discord.js';
import type { AnswerSurface, SurfaceOptions } from '../../core/answer-surface.ts';
import type { ConversationKey, Turn } from '../../core/conversation.ts';
import { shownText } from '../../core/conversation.ts';
import { PaddockError } from '../../core/error.ts';
import type { AnswerPosition, ReplyPort } from '../../core/message.ts';
import { sentence } from '../../core/sentence.ts';
import type { AnsweredMessage, AnswerThreads } from './answer-threads.ts';
import { createAttempts } from './attempts.ts';
import { failureFields } from './failures.ts';
import { conversationOf } from './inbound.ts';
import { createMessageRequests } from './message-requests.ts';
import { createReplyPort, type PortServices, type ReplyPortOptions } from './reply-port.ts';
import { createVoice } from './voice.ts';
import { createWebhookRequests } from './webhook-requests.ts';

export type AnswerPortsOptions = PortServices & { readonly client: Client; readonly threads: AnswerThreads };

/** The ways in which answers get into Discord's channels. */
export interface AnswerPorts {
  /** Where the answer to a message appears. */
  answerTo(answered: AnsweredMessage): ReplyPort;
  readonly surface: AnswerSurface;
}

const conversationPrefix = conversationOf('');
const userPrefix = /^discord:(\d+)$/;

export const createAnswerPorts = (options: AnswerPortsOptions): AnswerPorts => {
  const { client, threads, ownRemovals, logger } = options;
  const startedAt = options.timers.now().toString(36);
  let revisions = 0;

  /** The channel whose webhook speaks in another one; none in direct messages. */
  const webhookChannelOf = (channelId: string): string | undefined => {
    const channel = client.channels.cache.get(channelId);
    if (channel === undefined || channel.isDMBased()) return undefined;
    return channel.isThread() ? (channel.parentId ?? undefined) : channelId;
  };

  /** What is no answer to a new message needs nonces that nothing else has, and is never sent again after a restart. */
  const newNonce = (): string => {
    revisions += 1;
    return `${startedAt}.${revisions.toString(36)}`;
  };

  const again = (channelId: string, { reply, look, askerId }: SurfaceOptions) => {
    const [, asker] = userPrefix.exec(askerId ?? '') ?? [];
    return {
      ...options,
      channelId,
      webhookChannelId: webhookChannelOf(channelId),
      nonceBase: newNonce(),
      ...(reply && { reply }),
      ...(look && { look }),
      ...(asker !== undefined && { askerId: asker }),
    } satisfies Partial<ReplyPortOptions>;
  };

  const portFor: AnswerSurface['portFor'] = (conversation, turn, how = {}) =>
    createReplyPort({
      ...again(channelOf(conversation), how),
      messageId: undefined,
      former: { messageIds: turn.messageIds, positionOf: (text) => how.position ?? positionIn(turn, text) },
    });

  const surface: AnswerSurface = {
    portFor,
    portOn: (conversation, messageId, how = {}) => createReplyPort({ ...again(channelOf(conversation), how), messageId }),
    show: async (conversation, turn, text, how) => {
      const port = portFor(conversation, turn, how);
      try {
        return await port.finish(text);
      } finally {
        port.end();
      }
    },
    remove: async (conversation, messageIds) => {
      const channelId = channelOf(conversation);
      const webhookChannelId = webhookChannelOf(channelId);
      const attempts = createAttempts({ ...options, channelId });
      const { remove } = createVoice({
        bot: createMessageRequests({ ...options, channelId, messageId: undefined, attempts }),
        ...(webhookChannelId !== undefined && {
          hooks: {
            requests: createWebhookRequests({ ...options, channelId, webhookChannelId, attempts }),
            webhooks: options.webhooks,
            channelId: webhookChannelId,
            attempts,
          },
        }),
      });
      for (const id of messageIds) {
        ownRemovals.note(id);
        await remove(id).catch((error: unknown) =>
          logger.warn({ channelId, ...failureFields(error) }, 'an answer could not be taken away'),
        );
      }
    },
    openThread: async (conversation, messageId, name) => {
      const id = await threads.open(channelOf(conversation), messageId, name.slice(0, 100).toWellFormed());
      return id === undefined ? undefined : conversationOf(id);
    },
  };

  return {
    answerTo: ({ message, channelId, parentId }) => {
      const isInServer = message.place?.serverId !== undefined;
      const [, asker] = userPrefix.exec(message.author.id) ?? [];
      return createReplyPort({
        ...options,
        channelId,
        webhookChannelId: isInServer ? (parentId ?? webhookChannelOf(channelId)) : undefined,
        messageId: parentId === undefined ? message.id : undefined,
        nonceBase: message.id,
        ...(asker !== undefined && { askerId: asker }),
      });
    },
    surface,
  };
};

/** Throws `bad-input` for a conversation of another platform. */
const channelOf = (conversation: ConversationKey): string => {
  if (conversation.startsWith(conversationPrefix)) return conversation.slice(conversationPrefix.length);
  throw new PaddockError('bad-input', `${conversation} is no conversation on Discord`, {
    userText: sentence('notOnDiscord'),
  });
};

/** Which of a turn's texts a text is. */
const positionIn = (turn: Turn, text: string): AnswerPosition => {
  const { alternatives, shown } = turn;
  const count = alternatives.length;
  const index = alternatives.indexOf(text);
  if (index >= 0) return { index, count };
  return text.startsWith(shownText(turn)) ? { index: shown, count } : { index: count, count: count + 1 };
};
