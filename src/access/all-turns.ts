import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';

/** All turns of a conversation, the newest first, some at a time: nothing of it is held longer than needed. */
export async function* allTurns(memory: Pick<Memory, 'turns'>, conversation: ConversationKey): AsyncGenerator<readonly Turn[]> {
  let toId: string | undefined;
  for (;;) {
    const known = toId;
    // The turn at `toId` was there already.
    const range = known === undefined ? {} : { toId: known };
    const read = await memory.turns(conversation, { ...range, newest: bounds.scannedTurnsMax + 1 });
    const page = known === undefined ? read : read.filter(({ id }) => id < known);
    if (page.length === 0) return;
    toId = page[0]?.id;
    yield page.toReversed();
  }
}
