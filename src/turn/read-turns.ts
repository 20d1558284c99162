import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';

/** The turns a prompt can be made from. */
export type ReadTurns = {
  readonly turns: readonly Turn[];
  /** Where the prompt begins; the conversation's first turn when absent. */
  readonly startId?: string;
  /** Whether these are turns from before the conversation's present prompts. */
  readonly isOlder: boolean;
};

/**
 * Reads the newest turns, at most `bounds.prompt.turnsMax` or as many as are wanted. When there are more since the prompt's
 * start, so many at once are left out that the start stays the same for many turns to come: one
 * that moved with every turn would change each prompt's beginning. Undefined when the wanted turn
 * is not remembered.
 */
export const readTurns = async (
  memory: Pick<Memory, 'turns'>,
  conversation: ConversationKey,
  {
    promptStartId,
    wantedId,
    hasLayout,
    historyTurnsMax = bounds.prompt.turnsMax,
  }: {
    readonly promptStartId?: string | undefined;
    readonly wantedId?: string | undefined;
    readonly hasLayout: boolean;
    readonly historyTurnsMax?: number;
  },
): Promise<ReadTurns | undefined> => {
  // The question comes on top of them.
  const turnsMax = Math.min(bounds.prompt.turnsMax, historyTurnsMax + 1);
  // A layout has a window of its own, which may reach further back.
  const fromId = hasLayout ? undefined : promptStartId;
  const newest = await memory.turns(conversation, { ...(fromId !== undefined && { fromId }), newest: turnsMax + 1 });
  const turns = newest.length <= turnsMax || hasLayout ? newest : withoutBlock(newest, turnsMax);
  const startId = turns === newest ? promptStartId : turns[0]?.id;
  if (wantedId === undefined || turns.some(({ id }) => id === wantedId))
    return { turns, isOlder: false, ...(startId !== undefined && { startId }) };
  const older = await memory.turns(conversation, { toId: wantedId, newest: turnsMax });
  return older.at(-1)?.id === wantedId ? { turns: older, isOlder: true } : undefined;
};

/** The newest of the turns, the first of them a human's. */
const withoutBlock = (turns: readonly Turn[], turnsMax: number): readonly Turn[] => {
  const from = turns.length - Math.max(1, Math.floor(turnsMax * bounds.prompt.lowWaterShare));
  const human = turns.findIndex((turn, index) => index >= from && turn.role === 'user');
  return turns.slice(human === -1 ? from : human);
};
