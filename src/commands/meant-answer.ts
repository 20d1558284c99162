import { quotaError } from '../access/gate.ts';
import { bounds } from '../core/bounds.ts';
import type { CommandContext } from '../core/command.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import { refusal, requireOwnerOrModerator } from './refusal.ts';
import type { CommandServices } from './services.ts';

type Reading = Pick<Memory, 'turn' | 'turns' | 'findByMessage'>;

/** Where a caller changes something. */
export const revisePlace = ({ conversation, place, user, locale, progress }: CommandContext) => ({
  conversation,
  ...(place && { place }),
  userId: user.id,
  locale,
  ...(progress && { waits: progress }),
});

/** The turn of the message that a menu or button was used on, or of a message by its id. Throws `not-found`. */
export const turnOfMessage = async (memory: Reading, context: CommandContext, messageId?: string): Promise<Turn> => {
  const id = messageId ?? (context.target?.kind === 'message' ? context.target.messageId : undefined);
  const turn = id === undefined ? undefined : await memory.findByMessage(context.conversation, id);
  if (turn === undefined) throw refusal('not-found', context, 'notRemembered');
  return turn;
};

/** The answer that a menu or button was used on; where a command was typed, the last one of the conversation. Throws `not-found`. */
export const meantAnswer = async (memory: Reading, context: CommandContext, messageId?: string): Promise<Turn> => {
  const isTyped = messageId === undefined && context.target === undefined;
  const said = isTyped ? await lastAnswer(memory, context.conversation) : await turnOfMessage(memory, context, messageId);
  const turn = said && (await answerUnder(memory, context, said));
  if (turn?.role !== 'assistant') throw refusal('not-found', context, isTyped ? 'noAnswer' : 'notMyAnswer');
  return turn;
};

/** Where the bot itself said a question for somebody (`/chat`), its answer is meant. */
const answerUnder = async (memory: Reading, { conversation, target }: CommandContext, said: Turn): Promise<Turn> => {
  if (said.role === 'assistant' || target?.kind !== 'message' || !target.isOwn) return said;
  const later = await memory.turns(conversation, { fromId: said.id });
  return later.findLast(({ role, replyTo }) => role === 'assistant' && replyTo === said.id) ?? said;
};

/** The same, for who may change it: whoever asked for it, and moderators. */
export const ownAnswer = async (memory: Reading, context: CommandContext, messageId?: string): Promise<Turn> => {
  const turn = await meantAnswer(memory, context, messageId);
  await requireOwnTurn(memory, context, turn);
  return turn;
};

/** Throws unless the caller is a turn's owner or a moderator. What answers nobody is everybody's as long as no human has spoken. */
export const requireOwnTurn = async (memory: Reading, context: CommandContext, turn: Turn): Promise<void> => {
  const { conversation, user } = context;
  const isAnyones = answersNobody(turn) && (await humansIn(memory, conversation)).size === 0;
  requireOwnerOrModerator(context, isAnyones ? user.id : await ownerOf(memory, conversation, turn));
};

/**
 * Whose a turn is: who said it, or who asked for it; a greeting is the human's who is alone with the bot. Nobody's where the question
 * is gone.
 */
export const ownerOf = async (memory: Reading, conversation: ConversationKey, turn: Turn): Promise<string | undefined> => {
  if (turn.role === 'user') return turn.speaker.id;
  if (turn.replyTo !== undefined) return (await memory.turn(conversation, turn.replyTo))?.speaker.id;
  const [human, ...others] = await humansIn(memory, conversation);
  return others.length === 0 ? human : undefined;
};

const answersNobody = ({ role, replyTo }: Turn): boolean => role === 'assistant' && replyTo === undefined;

const humansIn = async (memory: Reading, conversation: ConversationKey): Promise<ReadonlySet<string>> => {
  const turns = await memory.turns(conversation, { newest: bounds.revisedTurnsMax });
  return new Set(turns.filter(({ role }) => role === 'user').map(({ speaker }) => speaker.id));
};

const lastAnswer = async (memory: Reading, conversation: ConversationKey): Promise<Turn | undefined> =>
  (await memory.turns(conversation, { newest: bounds.revisedTurnsMax })).findLast(({ role }) => role === 'assistant');

/** Lets something be answered, and counts it. Throws where the hour is full; what fails or is stopped at once is not counted. */
export const counted = async <Result>(
  { quota, settings }: Pick<CommandServices, 'quota' | 'settings'>,
  context: CommandContext,
  work: () => Promise<Result>,
): Promise<Result> => {
  const serverId = context.place?.serverId;
  const subject = { userId: context.user.id, rank: context.rank, ...(serverId !== undefined && { serverId }) };
  const limits = await settings.at(context.place);
  const full = quota.take(subject, limits.quota);
  if (full !== undefined) throw quotaError(full);
  try {
    return await work();
  } catch (error) {
    quota.giveBack(subject);
    throw error;
  }
};
