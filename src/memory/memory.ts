import type Keyv from 'keyv';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey, ConversationSettings, Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import { type Logger, silentLogger } from '../core/logger.ts';
import type { AppendCondition, Memory, NewTurn } from '../core/memory.ts';
import { sentence } from '../core/sentence.ts';
import { type ConversationLog, openConversationLog } from './conversation-log.ts';
import { withRecordCache } from './record-cache.ts';
import { createRecords } from './records.ts';
import { createSerial } from './serial.ts';
import { settingsThrough } from './settings-of-turns.ts';

/**
 * The memory over any Keyv, which needs no transactions; `format.ts` tells how it is kept. One
 * operation at a time in a conversation, reading ones too. Only one process may use a conversation.
 *
 * @param options.store with `throwOnErrors`, as `openStore` makes it; `close` disconnects it.
 * @param options.now in milliseconds since 1970.
 */
export const createMemory = ({
  store,
  now,
  logger = silentLogger,
}: {
  readonly store: Keyv;
  readonly now: () => number;
  readonly logger?: Logger;
}): Memory => {
  const records = withRecordCache(createRecords(store), bounds.held);
  const serial = createSerial({ waitingMax: bounds.memoryOperationsMax, refusal: tooMuchAtOnce });
  let closed: Promise<void> | undefined;

  const inLog = async <Result>(
    conversation: ConversationKey,
    work: (log: ConversationLog) => Promise<Result>,
  ): Promise<Result> => {
    if (closed !== undefined) throw isClosed();
    checkKey(conversation);
    return serial.run(conversation, async () => work(await openConversationLog(conversation, { records, bounds, now, logger })));
  };

  return {
    append: (conversation, turn) => inLog(conversation, (log) => append(log, turn)),
    appendIf: (conversation, turn, condition) =>
      inLog(conversation, async (log) => ((await holds(log, condition)) ? append(log, turn) : undefined)),
    turns: (conversation, range = {}) => inLog(conversation, (log) => log.turns(range)),
    turn: (conversation, turnId) => inLog(conversation, (log) => log.turn(turnId)),
    turnsOf: (conversation, turnIds) => inLog(conversation, (log) => log.turnsOf(turnIds)),
    count: (conversation) => inLog(conversation, async (log) => log.head.count),
    counts: (conversation, toId) => inLog(conversation, (log) => log.counts(toId)),
    first: (conversation) => inLog(conversation, (log) => log.first()),
    findByMessage: (conversation, messageId) => inLog(conversation, (log) => log.find(messageId)),
    editMessage: (conversation, messageId, text) => inLog(conversation, (log) => log.edit(messageId, text)),
    change: (conversation, turnId, change) => inLog(conversation, (log) => log.change(turnId, change)),
    remove: (conversation, turnIds) => inLog(conversation, (log) => log.removeTurns(turnIds)),
    removeAfter: (conversation, turnId) => inLog(conversation, (log) => log.removeAfter(turnId)),
    copy: async (from, to, range) => {
      const { turns, first, settings } = await inLog(from, async (log) => ({
        turns: await log.turns(range),
        first: await log.first(),
        // What was picked there stays picked.
        settings: { pickSeed: from, ...settingsThrough(log.head.settings, range.toId) },
      }));
      return inLog(to, (log) => log.fill(turns, settings, turns[0]?.id !== first?.id));
    },
    deleteMessages: (conversation, messageIds) => inLog(conversation, (log) => log.remove(messageIds)),
    pin: (conversation, turnId, isPinned) => inLog(conversation, (log) => log.pin(turnId, isPinned, bounds.pins.countMax)),
    reset: (conversation) => inLog(conversation, (log) => log.clear()),
    forget: (conversation) =>
      inLog(conversation, async (log) => {
        const forgotten = await log.clear();
        await records.deleteHead(conversation);
        return forgotten;
      }),
    settings: (conversation) => inLog(conversation, async (log): Promise<ConversationSettings> => log.head.settings),
    configure: (conversation, change) =>
      inLog(conversation, (log) => {
        const merged = Object.entries({ ...log.head.settings, ...change });
        return log.configure(Object.fromEntries(merged.filter(([, value]) => value !== undefined)));
      }),
    close: () => {
      closed ??= serial.idle().then(() => records.close());
      return closed;
    },
  };
};

const append = async (log: ConversationLog, turn: NewTurn): Promise<{ readonly turn: Turn; readonly isNew: boolean }> => {
  for (const messageId of turn.messageIds) {
    const known = await log.find(messageId, turn.at);
    if (known !== undefined) return { turn: known, isNew: false };
  }
  const { replyTo, replyToMessageId } = turn;
  const answered = replyTo === undefined && replyToMessageId !== undefined ? await log.find(replyToMessageId) : undefined;
  return { turn: await log.append(answered ? { ...turn, replyTo: answered.id } : turn), isNew: true };
};

const holds = async (log: ConversationLog, condition: AppendCondition): Promise<boolean> => {
  if (condition === 'empty') return log.head.count === 0;
  if (condition === 'not-empty') return log.head.count > 0;
  return (await log.turn(condition.remembers)) !== undefined;
};

const checkKey = (conversation: ConversationKey): void => {
  const { length } = conversation;
  if (length > 0 && length <= bounds.conversationKeyCharactersMax && conversation.isWellFormed()) return;
  throw new PaddockError('bad-input', `No conversation can have a key of this form (${length} characters)`, {
    userText: sentence('conversationUnknown'),
  });
};

const tooMuchAtOnce = (): PaddockError =>
  new PaddockError(
    'store-failed',
    `More than ${bounds.memoryOperationsMax} operations wait for one conversation: the store is too slow`,
    {
      userText: sentence('memoryTooSlow'),
      isRetryable: true,
    },
  );

const isClosed = (): PaddockError =>
  new PaddockError('store-failed', 'The memory is closed', { userText: sentence('shuttingDown') });
