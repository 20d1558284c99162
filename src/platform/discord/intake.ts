import { type APIMessage, type Client, Events, type Message, type PartialMessage } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import type { Logger } from '../../core/logger.ts';
import type { IncomingMessage } from '../../core/message.ts';
import { findAwayChanges, type RememberedMessage } from './away-changes.ts';
import { type BackOffOptions, sleep, withBackOff } from './back-off.ts';
import type { ChannelNotes } from './channel-notes.ts';
import { type EventGuard, labelOf } from './event-guard.ts';
import { contentFreeFields } from './failures.ts';
import { conversationOf, editOf, incomingOf, textOf } from './inbound.ts';
import { createLanes } from './lanes.ts';
import { fetchMissed, learnMembers, markLate } from './missed-messages.ts';
import type { Names } from './names.ts';
import { createNewEdits } from './new-edits.ts';
import { compareIds, fetchMessages, lastMessagesIn, messageFrom, type References, starterOf } from './raw-messages.ts';
import { candidatesOf, readFiles } from './read-files.ts';
import type { SeenEvents } from './seen-events.ts';

export type IntakeOptions = {
  readonly client: Client;
  readonly names: Names;
  readonly seen: SeenEvents;
  readonly notes: ChannelNotes;
  readonly references: References;
  readonly guard: EventGuard;
  readonly logger: Logger;
  /** Its signal also ends all that is read and fetched here; what arrives from then on is left for the next start. */
  readonly backOff: BackOffOptions;
  readonly apiUrl: string;
  /** Messages fetched from before a channel's first question; 0 for none. */
  readonly historyMessagesMax: number;
  now(): number;
  prospect(message: IncomingMessage): Promise<'yes' | 'perhaps' | 'no'>;
  onMessage(message: IncomingMessage, channelId: string): unknown;
  onHeard?(messages: readonly IncomingMessage[], occasion: 'history' | 'missed'): Promise<readonly string[]>;
  onEdit(conversation: ConversationKey, messageId: string, text: string, message?: IncomingMessage): Promise<void>;
  onDelete(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  onForget?(conversation: ConversationKey): Promise<void>;
  remembered?(conversation: ConversationKey): Promise<readonly RememberedMessage[]>;
};

/** Takes what Discord tells of messages, and passes it on in order and once, with all that belongs to it. */
export interface Intake {
  created(message: Message): Promise<void> | undefined;
  updated(message: Message | PartialMessage): Promise<void> | undefined;
  deleted(channelId: string, messageIds: readonly string[]): Promise<void> | undefined;
  /** A channel or thread is gone, with all that was said in it. */
  gone(channelId: string): Promise<void> | undefined;
  /** There is a new session: it has not told what was written before it. */
  sessionIsNew(): void;
  /** It tells of a server, and of the last messages in it. */
  guildIsTold(guild: unknown): void;
  /** Fetches that, channel by channel. Never rejects. */
  catchUp(): Promise<void>;
}

export const createIntake = (options: IntakeOptions): Intake => {
  const { client, names, seen, notes, references, guard, logger, backOff } = options;
  const { signal, timers } = backOff;
  const { files, lateQuestionMsMax, lateMarksMax, missedPauseMs, historyMsMax, historiesMax, editsMax } = bounds.discord;
  const inChannels = createLanes();
  const inMessages = createLanes();
  const readings = new Map<string, { readonly channelId: string; readonly controller: AbortController }>();
  const isNewEdit = createNewEdits(editsMax);
  let missed = new Map<string, string>();
  let told = new Map<string, string>(); // the last messages of those channels, from the session's beginning
  let histories = 0; // that are being fetched

  const take = async (message: Message): Promise<void> => {
    const { id, channelId } = message;
    if (signal.aborted || !seen.isFirst(id)) return;
    const incoming = incomingOf(message, names, references.take(id));
    // Who may not speak to the bot makes it neither read nor fetch anything.
    const isAsked = incoming !== undefined && (await prospectOf(incoming)) !== 'no';
    const isFirstUse = isAsked && message.guildId !== null && !notes.isUsed(channelId);
    if (isFirstUse && options.historyMessagesMax > 0 && histories < historiesMax) await hearHistory(channelId, id);
    if (signal.aborted) return;
    notes.note(channelId, id, isAsked);
    if (incoming !== undefined) hand(message, incoming, isAsked);
  };

  /** Where that can't be known, nothing is read; whoever answers the message tells what failed. */
  const prospectOf = async (message: IncomingMessage): Promise<'yes' | 'perhaps' | 'no'> => {
    try {
      return await options.prospect(message);
    } catch (error) {
      logger.warn(
        { conversation: message.conversation, ...contentFreeFields(error) },
        'whether a message may be answered is not known',
      );
      return 'no';
    }
  };

  /** Hands a message on; one that may be answered with what its files say, on which nothing else waits. */
  const hand = (message: Message, incoming: IncomingMessage, isAsked: boolean): void => {
    const { id, channelId } = message;
    const run = (whole: IncomingMessage): void =>
      guard.run(labelOf(Events.MessageCreate, message), () => options.onMessage(whole, channelId));
    if (!isAsked || !hasFiles(message)) {
      run(incoming);
      return;
    }
    const controller = new AbortController();
    readings.set(id, { channelId, controller });
    const read = async (): Promise<void> => {
      try {
        const text = await wholeText(message, controller.signal);
        if (!controller.signal.aborted) run({ ...incoming, text });
      } finally {
        readings.delete(id);
      }
    };
    guard.run(labelOf(Events.MessageCreate, message), () => inMessages.run(id, read));
  };

  const hasFiles = (message: Message): boolean => readings.size < files.readingsMax && candidatesOf(message).length > 0;

  const wholeText = async (message: Message, stop: AbortSignal): Promise<string> => {
    const texts = await readFiles(candidatesOf(message), {
      apiUrl: options.apiUrl,
      signal: AbortSignal.any([stop, signal]),
      onTrouble: (error) => logger.info({ message: message.id, ...contentFreeFields(error) }, 'a file could not be read'),
    });
    return textOf(message, names, texts);
  };

  /**
   * What was said before a channel's first question; a failure only means that the bot does not know it. Direct messages
   * are all said to the bot, so that nothing comes before the first one.
   */
  const hearHistory = async (channelId: string, before: string): Promise<void> => {
    const over = new AbortController();
    const limit = options.historyMessagesMax;
    const work = async (): Promise<void> => {
      const raws = await withBackOff(() => fetchMessages(client.rest, channelId, { before, limit }), {
        ...backOff,
        attemptsMax: 2,
      });
      await learnMembers(client, channelId, raws);
      const messages = raws.map(starterOf).flatMap((raw) => past(raw)?.incoming ?? []);
      if (messages.length > 0 && !over.signal.aborted) await options.onHeard?.(messages, 'history');
    };
    const failed = (error: unknown): void =>
      logger.warn({ channelId, ...contentFreeFields(error) }, 'what was said before in a channel could not be fetched');
    histories += 1;
    await Promise.race([work().catch(failed), sleep(timers, historyMsMax, over.signal)]);
    histories -= 1;
    over.abort();
  };

  /** A fetched message; undefined for one that says nothing, or can't be read. */
  const past = (raw: APIMessage): { readonly message: Message; readonly incoming: IncomingMessage } | undefined => {
    try {
      references.note(raw);
      const message = messageFrom(client, raw);
      const incoming = incomingOf(message, names, references.take(raw.id));
      return incoming && { message, incoming };
    } catch (error) {
      guard.report(labelOf(Events.MessageCreate, raw), error);
      return undefined;
    }
  };

  const forget = async (channelId: string): Promise<void> => {
    notes.forget(channelId);
    await options.onForget?.(conversationOf(channelId));
  };

  const catchUpIn = async (channelId: string, after: string): Promise<void> => {
    try {
      const raws = await fetchMissed(client, channelId, after, told.get(channelId), backOff);
      if (raws === 'deleted') return await forget(channelId);
      if (raws === 'closed') return notes.forget(channelId);
      if (raws.length === 0) return;
      await learnMembers(client, channelId, raws);
      const isLate = (at: number): boolean => options.now() - at > lateQuestionMsMax;
      const found = raws.flatMap((raw) => past(raw) ?? []);
      await hearLate(
        channelId,
        found.filter(({ incoming }) => isLate(incoming.at)).map(({ incoming }) => incoming),
      );
      for (const raw of raws) references.note(raw);
      for (const { message, incoming } of found) if (!isLate(incoming.at)) await take(message);
      const last = raws.at(-1);
      if (last !== undefined && !signal.aborted) notes.note(channelId, last.id);
    } catch (error) {
      logger.warn({ channelId, ...contentFreeFields(error) }, 'what was missed in a channel could not be fetched');
    }
  };

  /** What is too old to be answered is remembered; questions among it that nobody knew of get a mark. */
  const hearLate = async (channelId: string, messages: readonly IncomingMessage[]): Promise<void> => {
    const late = messages.filter(({ id }) => seen.isFirst(id));
    if (late.length === 0) return;
    const failed = (error: unknown): readonly string[] => {
      logger.warn({ channelId, ...contentFreeFields(error) }, 'what was missed in a channel could not be remembered');
      return [];
    };
    const news = new Set(await options.onHeard?.(late, 'missed').catch(failed));
    const questions: string[] = [];
    for (const message of late)
      if (news.has(message.id) && !message.author.isBot && (await prospectOf(message)) === 'yes') questions.push(message.id);
    for (const id of questions.slice(-lateMarksMax))
      void markLate(client, channelId, id, backOff).catch((error: unknown) =>
        logger.info({ channelId, ...contentFreeFields(error) }, 'a question that came too late could not be marked'),
      );
  };

  /** What was deleted and edited meanwhile, as far as what was said there lately is concerned. */
  const learnChanges = async (channelId: string): Promise<void> => {
    if (!notes.isUsed(channelId) || signal.aborted) return;
    const conversation = conversationOf(channelId);
    try {
      const remembered = (await options.remembered?.(conversation)) ?? [];
      const textOf = (raw: APIMessage) => past(raw)?.incoming.text;
      const changes = await findAwayChanges(client, channelId, remembered, textOf, backOff);
      if (changes.deleted.length > 0) await options.onDelete(conversation, changes.deleted);
      await learnMembers(client, channelId, changes.edited);
      for (const raw of changes.edited) await edited(messageFrom(client, raw));
    } catch (error) {
      logger.warn({ channelId, ...contentFreeFields(error) }, 'what was changed in a channel meanwhile could not be fetched');
    }
  };

  /** Begins to fetch what is missing in a channel, if anything may be. */
  const catchUpNow = (channelId: string): Promise<void> | undefined => {
    const after = missed.get(channelId);
    if (after === undefined) return undefined;
    missed.delete(channelId);
    return inChannels.run(channelId, () => catchUpIn(channelId, after).then(() => learnChanges(channelId)));
  };

  const edited = async (message: Message): Promise<void> => {
    const incoming = incomingOf(message, names);
    const isWhole = incoming !== undefined && hasFiles(message) && (await prospectOf(incoming)) !== 'no';
    const text = isWhole ? await wholeText(message, signal) : textOf(message, names);
    await options.onEdit(conversationOf(message.channelId), message.id, text, incoming);
  };

  /** Ends the reading of a channel's messages that are gone, now and once more in their turn: one may have begun in between. */
  const withoutReading = (channelId: string, isGone: (messageId: string) => boolean, work: () => Promise<void>) => {
    const stop = (): void => {
      for (const [id, reading] of readings) if (reading.channelId === channelId && isGone(id)) reading.controller.abort();
    };
    stop();
    return inChannels.run(channelId, () => {
      stop();
      return work();
    });
  };

  return {
    created: (message) => {
      catchUpNow(message.channelId);
      return inChannels.run(message.channelId, () => take(message));
    },
    updated: (message) => {
      if (message.partial || !isNewEdit(message.id, editOf(message))) return undefined;
      return inChannels.run(message.channelId, () => {
        guard.run(labelOf(Events.MessageUpdate, message), () => inMessages.run(message.id, () => edited(message)));
        return undefined;
      });
    },
    deleted: (channelId, messageIds) =>
      withoutReading(
        channelId,
        (id) => messageIds.includes(id),
        () => options.onDelete(conversationOf(channelId), messageIds),
      ),
    gone: (channelId) => {
      missed.delete(channelId);
      return withoutReading(
        channelId,
        () => true,
        () => forget(channelId),
      );
    },
    sessionIsNew: () => {
      missed = new Map(notes.snapshot());
      told = new Map();
    },
    guildIsTold: (guild) => {
      for (const [channelId, last] of lastMessagesIn(guild)) if (missed.has(channelId)) told.set(channelId, last);
    },
    catchUp: async () => {
      if (missed.size === 0) return;
      logger.info({ channels: missed.size }, 'the session is new; fetching what was missed');
      const lately = [...missed].sort(([, one], [, other]) => compareIds(other, one));
      for (const [channelId] of lately) {
        if (signal.aborted) return;
        const work = catchUpNow(channelId);
        if (work === undefined) continue;
        await work;
        await sleep(timers, missedPauseMs, signal);
      }
    },
  };
};
