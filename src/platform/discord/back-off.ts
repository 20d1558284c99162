import { HTTPError } from 'discord.js';
import type { Timers } from '../../reply/index.ts';

const waitMsMin = 1000;
const waitMsMax = 30_000;
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

export type BackOffOptions = {
  readonly timers: Timers;
  /** Ends the waiting: the last error is thrown. */
  readonly signal: AbortSignal;
  /** [7, which is about a minute of waiting] */
  readonly attemptsMax?: number;
  /** Told before every wait. */
  onRetry?(error: unknown, waitMs: number): void;
};

/**
 * Does `work` again while Discord or the way to it is down for the moment, after 1, 2, 4 … 30 seconds.
 * Only for what may be done twice: reading, editing, deleting, and posting with an enforced nonce.
 * Rate limits are waited for by discord.js itself.
 */
export const withBackOff = async <Value>(work: () => Promise<Value>, options: BackOffOptions): Promise<Value> => {
  const { timers, signal, attemptsMax = 7, onRetry } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attemptsMax || signal.aborted || !isTransient(error)) throw error;
      const waitMs = Math.min(waitMsMax, waitMsMin * 2 ** (attempt - 1));
      onRetry?.(error, waitMs);
      await sleep(timers, waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
};

/** Whether the same request may work a little later: a 5xx answer, no answer in time, a broken connection. */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof HTTPError) return error.status >= 500;
  if (!(error instanceof Error)) return false;
  if (error.name === 'AbortError') return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return transientCodes.has(code) || code.startsWith('UND_ERR_');
};

/** Resolves after the time, or when the signal is aborted. */
export const sleep = (timers: Timers, waitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(waitMs, done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
