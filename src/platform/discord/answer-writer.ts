import { RESTJSONErrorCodes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { AnswerPosition, SpeakerLook } from '../../core/message.ts';
import { sentence } from '../../core/sentence.ts';
import type { ReplySettings } from '../../core/settings.ts';
import { sentenceIn } from '../../locale/index.ts';
import { createMessageStream, type MessageStream, splitMessage } from '../../reply/index.ts';
import { answerRows } from './answer-buttons.ts';
import type { Attempts } from './attempts.ts';
import { discordCodeOf, failureFields } from './failures.ts';
import type { MessageFile } from './message-body.ts';
import type { MessageRequests } from './message-requests.ts';
import { createMessageSink, type DiscordMessageSink, type Dress } from './message-sink.ts';
import type { ReplyPortOptions } from './reply-port.ts';
import { createVoice, type VoiceOptions } from './voice.ts';
import { createWebhookRequests, isPictureAddress } from './webhook-requests.ts';

/** How one answer is written. */
export type Manner = {
  readonly attempts: Attempts;
  readonly bot: MessageRequests;
  readonly reply: ReplySettings;
  readonly look: SpeakerLook | undefined;
};

/** Writes one answer: in whose name, in which messages, with which buttons. */
export interface AnswerWriter {
  /** The whole text so far. */
  show(text: string): void;
  /** The whole text. Resolves with the ids of its messages once they stand there. */
  finish(text: string, position: AnswerPosition | undefined): Promise<readonly string[]>;
  /** Stops showing; resolves once nothing is under way any more. */
  stop(): Promise<void>;
  /** Takes away all that stands of the answer. */
  withdraw(): Promise<void>;
  /** Takes away the buttons of its last message; undefined where it has none. */
  undress(messageIds: readonly string[]): (() => Promise<void>) | undefined;
  /** Takes away those of another answer; absent where this one is none that follows, or has none either. */
  readonly undressFormer?: (messageIds: readonly string[]) => Promise<void>;
  standing(): readonly string[];
  /** Whether a name stands in front, as there is no webhook. */
  isHookless(): boolean;
  /** Whether the channel has no newer answer. */
  readonly isNewest: boolean;
}

export const createAnswerWriter = (options: ReplyPortOptions, manner: Manner): AnswerWriter => {
  const { channelId, logger, former, askerId } = options;
  const { reply } = manner;
  const { answerMessagesMax, discordMessageCharactersMax } = bounds;
  const voice = voiceOf(options, manner);
  const charactersMax = voice.charactersMax(discordMessageCharactersMax);
  const isNewest = former === undefined || options.newestAnswers.isNewest(channelId, former.messageIds);
  const hasButtons = reply.buttons && isNewest && askerId !== undefined;
  const warn = (what: string) => (error: unknown) => logger.warn({ channelId, ...failureFields(error) }, what);
  let position: AnswerPosition | 'writing' = 'writing';
  let file: MessageFile | undefined;

  const dressFor = (isLast: boolean): Dress => ({
    ...(hasButtons && isLast ? answerRows(position, askerId) : askerId === undefined ? {} : { buttonsKey: '' }),
    ...(isLast && file && { file }),
  });

  const sink: DiscordMessageSink = createMessageSink(voice, options.nonceBase, {
    dressFor,
    hasNoPreviews: !reply.linkPreviews,
    ...(former && { standing: former.messageIds }),
  });
  const stream: MessageStream = createMessageStream({
    sink,
    timers: options.timers,
    editIntervalMs: options.editIntervalMs,
    charactersMax,
    ...(former && { standing: former.messageIds }),
    onTrouble: (error, what) =>
      logger.warn({ channelId, what, ...failureFields(error) }, 'a part of an answer could not be shown'),
  });

  /** One message with a file; undefined where files are not allowed. */
  const finishAsFile = async (text: string): Promise<readonly string[] | undefined> => {
    file = { name: 'answer.md', text };
    try {
      return await stream.finish(sentenceIn(reply.language ?? 'en', sentence('answerInFile')));
    } catch (error) {
      if (discordCodeOf(error) !== RESTJSONErrorCodes.MissingPermissions) throw error;
      warn('an answer could not be sent as a file')(error);
      file = undefined;
      return undefined;
    }
  };

  return {
    show: (text) => {
      // What will be a file in the end is not shown beyond the messages that it might have.
      const isTooLong = reply.longAnswers === 'file' && text.length > charactersMax * answerMessagesMax;
      if (reply.streaming && !isTooLong) stream.show(text);
    },
    finish: async (text, wantedPosition) => {
      position = wantedPosition ?? former?.positionOf(text) ?? { index: 0, count: 1 };
      const isForFile = reply.longAnswers === 'file' && splitMessage(text, charactersMax).length > answerMessagesMax;
      const ids = (isForFile ? await finishAsFile(text) : undefined) ?? (await stream.finish(text));
      await sink.tidy().catch(warn('an old message could not be removed'));
      await sink.dress(ids).catch(warn('the buttons of an answer could not be shown'));
      return ids;
    },
    stop: () => stream.stop(),
    withdraw: async () => {
      await stream.stop();
      for (const id of sink.standing()) await voice.remove(id).catch(warn('an answer could not be taken away'));
    },
    undress: (messageIds) => {
      const last = messageIds.at(-1);
      return hasButtons && last !== undefined ? undressing(voice, last) : undefined;
    },
    ...(reply.buttons &&
      former === undefined && {
        undressFormer: async (messageIds) => {
          const last = messageIds.at(-1);
          if (last !== undefined) await undressing(voice, last)();
        },
      }),
    standing: sink.standing,
    isHookless: voice.isHookless,
    isNewest,
  };
};

/** In whose name, remembering what it takes away. */
const voiceOf = (options: ReplyPortOptions, { attempts, bot, reply, look }: Manner): ReturnType<typeof createVoice> => {
  const { webhookChannelId, webhooks, former, ownRemovals } = options;
  const voice = createVoice({
    bot: {
      ...bot,
      post: (content, nonce, isFirst, extras) => bot.post(content, nonce, isFirst && reply.style !== 'plain', extras),
    },
    ...(webhookChannelId !== undefined && {
      hooks: {
        requests: createWebhookRequests({ ...options, attempts, webhookChannelId }),
        webhooks,
        channelId: webhookChannelId,
        attempts,
      },
    }),
    ...(look && { look, ...wearing(options, look) }),
    ...(former && { standing: former.messageIds }),
  });
  return {
    ...voice,
    remove: (id) => {
      ownRemovals.note(id);
      return voice.remove(id);
    },
  };
};

/** Who has a picture that the platform can put on. */
const wearing = ({ pictureOf }: ReplyPortOptions, { speakerId, name, avatarUrl }: SpeakerLook): Pick<VoiceOptions, 'wearer'> => {
  if (speakerId === undefined || isPictureAddress(avatarUrl)) return {};
  const picture = pictureOf?.(speakerId);
  return picture === undefined ? {} : { wearer: { speakerId, name, picture } };
};

/** Apart from the rest, so that it keeps nothing alive that is not needed. */
const undressing = (requests: Pick<MessageRequests, 'edit'>, messageId: string) => (): Promise<void> =>
  requests.edit(messageId, undefined, { components: [] });
