/** Watches whether a process still says something while it is asked to. */
export interface Watchdog {
  /** Pings from now on, and barks once nothing was heard for `silentMsMax`. While it watches, only that changes. */
  watch(silentMsMax: number): void;
  /** Something was heard. */
  heard(): void;
  rest(): void;
}

/**
 * Silence is counted in pings that went by and not on a clock, so that a machine that slept, or a
 * bot that was held up itself, takes nobody for hung.
 *
 * @param bark called once a watch, with the milliseconds of silence
 */
export const createWatchdog = ({
  pingMs,
  ping,
  bark,
}: {
  readonly pingMs: number;
  readonly ping: () => void;
  readonly bark: (silentMs: number) => void;
}): Watchdog => {
  let timer: NodeJS.Timeout | undefined;
  let silentMs = 0;
  let patienceMs = 0;

  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  const tick = (): void => {
    silentMs += pingMs;
    if (silentMs < patienceMs) {
      ping();
      return;
    }
    rest();
    bark(silentMs);
  };

  return {
    watch: (silentMsMax) => {
      patienceMs = silentMsMax;
      if (timer) return;
      silentMs = 0;
      timer = setInterval(tick, pingMs);
    },
    heard: () => {
      silentMs = 0;
    },
    rest,
  };
};
