import type { Timers } from '../../reply/index.ts';
import { isTransient } from './back-off.ts';

/** Discord shows for ten seconds that somebody types. */
const typingMs = 8000;

export type Typing = { start(): void; stop(): void };

/** Says “is typing” again and again until it is stopped. @param send says it once; when it is refused, it is not said again. */
export const createTyping = (send: () => Promise<unknown>, timers: Timers, onTrouble: (error: unknown) => void): Typing => {
  let isOn = false;
  let cancel: (() => void) | undefined;
  const sayAgainLater = (): void => {
    if (isOn) cancel = timers.after(typingMs, say);
  };
  const say = (): void => {
    send().then(sayAgainLater, (error: unknown) => {
      onTrouble(error);
      if (isTransient(error)) sayAgainLater();
      else isOn = false;
    });
  };
  return {
    start: () => {
      if (isOn) return;
      isOn = true;
      say();
    },
    stop: () => {
      isOn = false;
      cancel?.();
    },
  };
};
