import type { Memory } from '../core/memory.ts';
import type { IncomingMessage } from '../core/message.ts';
import { saidIn } from './listen.ts';

/** What hearing needs. */
export type HearPastServices = {
  readonly memory: Pick<Memory, 'append' | 'appendIf'>;
  /** Whether a message may be remembered and used at all. */
  isHeard(message: IncomingMessage): Promise<boolean>;
  readonly listen: 'channel' | 'addressed';
};

/**
 * Remembers what was said before the bot came (`history`), or while it was away (`missed`); nothing of
 * it is answered. Gives the ids of the messages that were not remembered yet. Throws what memory throws.
 *
 * @param messages oldest first
 */
export const hearPast = async (
  { memory, isHeard, listen }: HearPastServices,
  messages: readonly IncomingMessage[],
  occasion: 'history' | 'missed',
): Promise<readonly string[]> => {
  const added: string[] = [];
  for (const message of messages) {
    const isAddressed = message.addressed !== 'none';
    if (message.text.trim() === '' || (listen === 'addressed' && !isAddressed)) continue;
    if (!(await isHeard(message))) continue;
    const isWanted = isAddressed || occasion === 'history';
    const said = saidIn(message);
    const result = isWanted
      ? await memory.append(message.conversation, said)
      : await memory.appendIf(message.conversation, said, 'not-empty');
    if (result?.isNew) added.push(message.id);
  }
  return added;
};
