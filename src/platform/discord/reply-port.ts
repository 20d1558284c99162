import { Routes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { ReplyPort } from '../../core/message.ts';
import { createMessageStream, splitMessage } from '../../reply/index.ts';
import { deliveryFailure, failureFields } from './failures.ts';
import { createMessageSink, type MessageSinkOptions } from './message-sink.ts';
import { createTyping } from './typing.ts';

export type ReplyPortOptions = MessageSinkOptions & {
  /** Least time between two edits of an answer, in milliseconds. */
  readonly editIntervalMs: number;
};

/** Where the answer to one message on Discord appears. */
export const createReplyPort = (options: ReplyPortOptions): ReplyPort => {
  const { rest, channelId, timers, logger, editIntervalMs } = options;
  const charactersMax = bounds.discordMessageCharactersMax;
  const sink = createMessageSink(options);
  const stream = createMessageStream({
    sink,
    timers,
    editIntervalMs,
    charactersMax,
    onTrouble: (error, what) =>
      logger.warn({ channelId, what, ...failureFields(error) }, 'a part of an answer could not be shown'),
  });
  const typing = createTyping(
    () => rest.post(Routes.channelTyping(channelId)),
    timers,
    (error) => logger.debug({ channelId, ...failureFields(error) }, 'typing could not be shown'),
  );
  return {
    begin: () => typing.start(),
    show: (text) => stream.show(text),
    finish: async (text) => {
      try {
        return await stream.finish(text);
      } catch (error) {
        throw deliveryFailure(error);
      } finally {
        typing.stop();
      }
    },
    notice: async (text) => {
      const [short] = splitMessage(text, charactersMax);
      if (short === undefined) return;
      await sink
        .postNotice(short)
        .catch((error: unknown) => logger.warn({ channelId, ...failureFields(error) }, 'a notice could not be posted'));
    },
    end: () => {
      typing.stop();
      stream.stop();
    },
  };
};
