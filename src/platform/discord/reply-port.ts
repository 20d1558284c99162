import type { REST } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { AnswerPosition, ReplyPort, SpeakerLook } from '../../core/message.ts';
import { sentence } from '../../core/sentence.ts';
import type { ReplySettings } from '../../core/settings.ts';
import { sentenceIn } from '../../locale/index.ts';
import type { SpeakerPicture } from '../../persona/speaker-pictures.ts';
import { type AnswerWriter, createAnswerWriter } from './answer-writer.ts';
import { type AttemptsOptions, createAttempts } from './attempts.ts';
import { shortened } from './components.ts';
import { deliveryFailure, failureFields } from './failures.ts';
import { createMessageRequests } from './message-requests.ts';
import type { NewestAnswers } from './newest-answers.ts';
import type { OpenNotices } from './open-notices.ts';
import type { OwnRemovals } from './own-removals.ts';
import { createPlaceNotice } from './place-notice.ts';
import { createTyping } from './typing.ts';
import type { Webhooks } from './webhooks.ts';

/** What all ports share. */
export type PortServices = Omit<AttemptsOptions, 'channelId'> & {
  readonly rest: REST;
  /** Least time between two edits of an answer, in milliseconds. */
  readonly editIntervalMs: number;
  readonly webhooks: Webhooks;
  readonly newestAnswers: NewestAnswers;
  readonly ownRemovals: OwnRemovals;
  /** Remembers the notices that must not outlive what they tell of. [nobody does] */
  readonly openNotices?: OpenNotices;
  /** The picture of a speaker, where there is one. [nobody has one] */
  pictureOf?(speakerId: string): SpeakerPicture | undefined;
};

export type ReplyPortOptions = PortServices & {
  readonly channelId: string;
  /** The channel whose webhook speaks here: this one, or that of the thread; undefined in direct messages. */
  readonly webhookChannelId: string | undefined;
  /** The message that is answered, if it stands in this channel. */
  readonly messageId: string | undefined;
  /** Unique to this port, and the same when the same message is answered once more: makes sending twice harmless. */
  readonly nonceBase: string;
  /** Discord's id of who may use the buttons. Without it there are none, or they stay as they are. */
  readonly askerId?: string;
  /** Until `begin` says something else. */
  readonly reply?: ReplySettings;
  readonly look?: SpeakerLook;
  /** An answer that stands here already, whose messages the new text takes. */
  readonly former?: { readonly messageIds: readonly string[]; positionOf(text: string): AnswerPosition };
};

/** Where nobody says how. */
const plainReply: ReplySettings = {
  style: 'reply',
  voice: 'bot',
  streaming: true,
  longAnswers: 'split',
  linkPreviews: true,
  buttons: false,
};

/** Where the answer to one message on Discord appears. */
export const createReplyPort = (options: ReplyPortOptions): ReplyPort => {
  const { channelId, webhookChannelId, timers, logger, webhooks } = options;
  const attempts = createAttempts(options);
  const bot = createMessageRequests({ ...options, attempts });
  const typing = createTyping(bot.typing, timers, (error) =>
    logger.debug({ channelId, ...failureFields(error) }, 'typing could not be shown'),
  );
  const placeNotice = createPlaceNotice({
    requests: options.openNotices?.watch(channelId, bot) ?? bot,
    nonce: `${options.nonceBase}w`,
    ownRemovals: options.ownRemovals,
    onTrouble: (error) => logger.info({ channelId, ...failureFields(error) }, 'the place in the queue could not be shown'),
  });
  let { reply = plainReply, look } = options;
  let writer: AnswerWriter | undefined;
  let notices = 0;

  /** Made once it is known who speaks, and how. */
  const writerNow = (): AnswerWriter => {
    writer ??= createAnswerWriter(options, { attempts, bot, reply, look });
    return writer;
  };

  const notice = async (text: string): Promise<void> => {
    if (text.trim() === '' || attempts.lost.aborted) return;
    const nonce = `${options.nonceBase}n${notices}`;
    notices += 1;
    const extras = { isSilent: true, hasNoPreviews: true };
    await bot
      .post(shortened(text, bounds.noticeCharactersMax), nonce, reply.style !== 'plain', extras)
      .catch((error: unknown) => logger.warn({ channelId, ...failureFields(error) }, 'a notice could not be posted'));
  };

  /** Once for a channel: names stand in front of answers for want of a permission. */
  const explainNames = async (writing: AnswerWriter): Promise<void> => {
    if (webhookChannelId !== undefined && writing.isHookless() && webhooks.isToBeTold(webhookChannelId))
      await notice(sentenceIn(reply.language ?? 'en', sentence('noWebhooks')));
  };

  return {
    lost: attempts.lost,
    waits: placeNotice.show,
    begin: (speaker, settings) => {
      void placeNotice.clear();
      reply = settings ?? reply;
      look = speaker.look ? { speakerId: speaker.id, ...speaker.look } : look;
      typing.start();
    },
    show: (text) => writerNow().show(text),
    finish: async (text, position) => {
      const writing = writerNow();
      try {
        const ids = await writing.finish(text, position);
        if (writing.isNewest) options.newestAnswers.note(channelId, ids, writing.undress(ids), writing.undressFormer);
        void explainNames(writing);
        return ids;
      } catch (error) {
        throw deliveryFailure(error, writing.standing());
      } finally {
        typing.stop();
      }
    },
    notice,
    withdraw: async () => {
      typing.stop();
      await writerNow().withdraw();
    },
    end: () => {
      void placeNotice.clear();
      typing.stop();
      void writer?.stop();
    },
  };
};
