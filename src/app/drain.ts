import { setTimeout as sleep } from 'node:timers/promises';
import { bounds } from '../core/bounds.ts';
import type { Engine } from '../core/engine.ts';
import type { AnswerQueue } from '../core/queue.ts';

/**
 * Makes the function that stops all answers and resolves once what came of them is delivered and
 * kept. An engine that can't be stopped must not hold that up: while it loads nothing is written,
 * so it is ended at once, and one that hangs is ended after `waitMsMax`. Whoever waits for it then
 * gets its `engine-closed`, and an answer that broke off is kept as far as it came.
 *
 * @param waitMsMax [bounds.drainMsMax]
 */
export const createDrain = (
  queue: Pick<AnswerQueue, 'close'>,
  engine: Pick<Engine, 'model' | 'close'>,
  waitMsMax: number = bounds.drainMsMax,
): (() => Promise<void>) => {
  const drain = async (): Promise<void> => {
    const timer = new AbortController();
    const idle = queue.close().finally(() => timer.abort());
    if (engine.model !== undefined) {
      await Promise.race([idle, sleep(waitMsMax, undefined, { signal: timer.signal }).catch(() => {})]);
    }
    if (!timer.signal.aborted) await engine.close();
    await idle;
  };
  let drained: Promise<void> | undefined;
  return () => {
    drained ??= drain();
    return drained;
  };
};
