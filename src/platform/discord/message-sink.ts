import { RESTJSONErrorCodes } from 'discord.js';
import type { MessageSink } from '../../reply/index.ts';
import { discordCodeOf } from './failures.ts';
import { type ComponentRow, type MessageExtras, type MessageFile, readsAs } from './message-body.ts';
import type { MessageRequests } from './message-requests.ts';

/** Sends messages into one channel, as answers to one message. */
export type DiscordMessageSink = MessageSink & {
  /** Removes what was left standing although it is no part of the finished text. */
  tidy(): Promise<void>;
  /** Gives the messages of the finished answer what they are to carry and do not carry yet. */
  dress(ids: readonly string[]): Promise<void>;
  /** Ids of the messages that stand in the channel, in reading order. */
  standing(): readonly string[];
};

/** What a message is to carry besides its text. */
export type Dress = {
  /** Under which buttons are told apart; undefined leaves those that are there. */
  readonly buttonsKey?: string;
  readonly buttons?: readonly ComponentRow[];
  readonly file?: MessageFile;
};

export type MessageSinkOptions = {
  /** What a message is to carry now, by whether the answer ends with it. [nothing] */
  dressFor?(isLast: boolean): Dress;
  readonly hasNoPreviews?: boolean;
  /** Messages that carried the answer before. [none] */
  readonly standing?: readonly string[];
};

const {
  UnknownMessage,
  UnknownWebhook,
  InvalidWebhookToken,
  CannotEditMessageAuthoredByAnotherUser,
  MaximumNumberOfEditsToMessagesOlderThanOneHourReached,
} = RESTJSONErrorCodes;

const bare: Dress = { buttonsKey: '' };

/**
 * What carries an answer to Discord. Every post has a nonce made of `nonceBase` (the answered message's id), which Discord
 * enforces: sending it twice, for whatever reason, gives one message only.
 *
 * What people can read already is only taken away when something can take its place: a message whose edit failed
 * because Discord is down, or allows no more writing, stays, whoever wants to remove it, and is edited again instead of the next post.
 */
export const createMessageSink = (
  requests: MessageRequests,
  nonceBase: string,
  { dressFor = () => bare, hasNoPreviews = false, standing: before = [] }: MessageSinkOptions = {},
): DiscordMessageSink => {
  let posts = 0;
  let standing: readonly string[] = before;
  let spared: readonly string[] = []; // those of `standing` that were to be removed
  let isSparing = false;
  // Of an answer that was there before, only the last message can carry anything.
  const carried = new Map<string, Dress>(before.slice(0, -1).map((id) => [id, bare]));

  const forget = (id: string): void => {
    standing = standing.filter((other) => other !== id);
    spared = spared.filter((other) => other !== id);
    carried.delete(id);
  };

  /** What an edit has to change of what a message carries. */
  const missing = (id: string, wanted: Dress): MessageExtras | undefined => {
    const has = carried.get(id);
    const { buttonsKey, buttons = [], file } = wanted;
    const areOther = buttonsKey !== undefined && buttonsKey !== has?.buttonsKey;
    const isOtherFile = has === undefined || has.file !== file;
    if (!areOther && !isOtherFile) return undefined;
    return { ...(areOther && { components: buttons }), ...(isOtherFile && { files: file === undefined ? [] : [file] }) };
  };

  const edit = async (id: string, text: string | undefined, wanted: Dress): Promise<void> => {
    try {
      const extras = missing(id, wanted);
      await requests.edit(id, text, ...(extras === undefined ? [] : [extras]));
      carried.set(id, wanted);
      isSparing = false;
    } catch (error) {
      isSparing = !isReplaceable(error);
      if (discordCodeOf(error) === UnknownMessage) forget(id);
      throw error;
    }
  };

  const remove = async (id: string): Promise<void> => {
    if (!standing.includes(id)) return;
    await requests.remove(id);
    forget(id);
  };

  const tidy = async (): Promise<void> => {
    for (const id of spared) await remove(id);
  };

  const post = async (text: string, index: number, isLast: boolean): Promise<string> => {
    const wanted = dressFor(isLast);
    const [again] = spared;
    if (again !== undefined) {
      try {
        await edit(again, text, wanted);
        spared = spared.filter((id) => id !== again);
        return again;
      } catch (error) {
        if (!isReplaceable(error)) throw error;
        await tidy(); // those behind it would stand before what takes its place
      }
    }
    const { buttons = [], file } = wanted;
    const extras = { hasNoPreviews, components: buttons, ...(file && { files: [file] }) };
    const message = await requests.post(text, `${nonceBase}-${posts}`, index === 0, extras);
    if (!standing.includes(message.id)) {
      standing = [...standing, message.id];
      carried.set(message.id, wanted);
    }
    try {
      // The nonce was known: this is the message that an earlier try, or the bot before a restart, has sent.
      if (!readsAs(message, text)) await edit(message.id, text, wanted);
    } catch (error) {
      if (isReplaceable(error)) posts += 1;
      throw error;
    }
    posts += 1;
    return message.id;
  };

  return {
    post,
    edit: (id, text, isLast) => edit(id, text, dressFor(isLast)),
    remove: async (id) => {
      if (!isSparing) await remove(id);
      else if (standing.includes(id)) spared = [...spared, id];
    },
    tidy,
    dress: async (ids) => {
      for (const id of ids) {
        const wanted = dressFor(id === ids.at(-1));
        if (missing(id, wanted) !== undefined) await edit(id, undefined, wanted);
      }
    },
    standing: () => standing,
  };
};

/** Whether the message can't be changed, but another one could be posted in its place. */
const isReplaceable = (error: unknown): boolean => {
  const code = discordCodeOf(error);
  return (
    code === UnknownMessage ||
    code === UnknownWebhook ||
    code === InvalidWebhookToken ||
    code === CannotEditMessageAuthoredByAnotherUser ||
    code === MaximumNumberOfEditsToMessagesOlderThanOneHourReached
  );
};
