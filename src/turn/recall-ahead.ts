import { bounds } from '../core/bounds.ts';
import type { Recall } from '../recall/index.ts';
import type { IdleWork } from './idle-work.ts';
import type { TurnEvents } from './turn-events.ts';

/** Lets what a question did not read of a long conversation be read while nobody waits, so that later questions find all of it. */
export const createRecallAhead = ({
  recall,
  idle,
}: {
  readonly recall: Pick<Recall, 'isBehind' | 'fill'>;
  readonly idle: Pick<IdleWork, 'add'>;
}): Pick<Required<TurnEvents>, 'kept'> => ({
  kept: ({ conversation }) => {
    if (!recall.isBehind(conversation)) return;
    idle.add(`recall ${conversation}`, {
      waitMs: bounds.idleWork.recallMs,
      conversation,
      isRetried: true,
      run: (signal) => recall.fill(conversation, signal),
    });
  },
});
