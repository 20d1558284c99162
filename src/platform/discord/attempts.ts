import type { Logger } from '../../core/logger.ts';
import type { Timers } from '../../reply/index.ts';
import { withBackOff } from './back-off.ts';
import { failureFields, isForGood, isUnauthorised } from './failures.ts';

export type AttemptsOptions = {
  readonly channelId: string;
  readonly timers: Timers;
  /** Aborted when the platform drains: what fails from then on is not tried again. */
  readonly draining: AbortSignal;
  /** Aborted when the platform closes: ends what is under way. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
  /** Told when Discord does not know the bot's token (401). */
  onUnauthorised(): void;
};

type Send<Value> = (signal: AbortSignal) => Promise<Value>;

/** Sends requests about one channel, again where that can help, and none any more once the channel takes nothing. */
export interface Attempts {
  /** One try. */
  once<Value>(send: Send<Value>): Promise<Value>;
  /** Tries while Discord is down for the moment. For what may be done twice. */
  persist<Value>(what: string, send: Send<Value>): Promise<Value>;
  /** The same for what people are to read: when Discord refuses that for good, all is lost. */
  write<Value>(what: string, send: Send<Value>): Promise<Value>;
  /** Gives all up. */
  lose(reason: unknown): void;
  /** Aborted once Discord takes nothing more here; from then on every request rejects with the reason, unsent. */
  readonly lost: AbortSignal;
}

export const createAttempts = (options: AttemptsOptions): Attempts => {
  const { channelId, timers, draining, closing, logger } = options;
  const lost = new AbortController();

  const once = async <Value>(send: Send<Value>): Promise<Value> => {
    lost.signal.throwIfAborted();
    try {
      return await unlessAborted(closing, send);
    } catch (error) {
      if (isUnauthorised(error)) options.onUnauthorised();
      throw error;
    }
  };

  const persist = <Value>(what: string, send: Send<Value>): Promise<Value> =>
    withBackOff(() => once(send), {
      timers,
      signal: draining,
      onRetry: (error, waitMs) =>
        logger.warn({ channelId, what, waitMs, ...failureFields(error) }, 'Discord did not take a message; trying again'),
    });

  return {
    once,
    persist,
    write: async (what, send) => {
      try {
        return await persist(what, send);
      } catch (error) {
        if (isForGood(error)) lost.abort(error);
        throw error;
      }
    },
    lose: (reason) => lost.abort(reason),
    lost: lost.signal,
  };
};

/** What `work` gives. When the signal is aborted first, `work` is told and no longer waited for. */
const unlessAborted = async <Value>(outer: AbortSignal, work: Send<Value>): Promise<Value> => {
  outer.throwIfAborted();
  const inner = new AbortController(); // the library never stops listening to a signal, and `outer` lives long
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    inner.abort();
    aborted.reject(outer.reason);
  };
  outer.addEventListener('abort', abort);
  try {
    return await Promise.race([work(inner.signal), aborted.promise]);
  } finally {
    outer.removeEventListener('abort', abort);
  }
};
