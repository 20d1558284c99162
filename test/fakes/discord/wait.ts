import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 5;

/** Resolves with the first value of `read` other than undefined and false; see `FakeDiscord.waitFor`. */
export const waitFor = async <Value>(
  read: () => Value | undefined | false,
  label: string | (() => string),
  timeoutMs = 5000,
): Promise<Value> => {
  const until = performance.now() + timeoutMs;
  let failure: unknown;
  for (;;) {
    try {
      failure = undefined;
      const value = read();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > until) {
      const what = typeof label === 'string' ? label : label();
      throw new Error(`Waited ${timeoutMs} ms in vain for: ${what}`, failure === undefined ? undefined : { cause: failure });
    }
    await sleep(pollMs);
  }
};
