import { constants } from 'node:os';
import { bounds } from '../core/bounds.ts';

/** The end of the process, as a signal or somebody at the terminal asks for it. */
export interface Shutdown {
  /** Resolves with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  /** Whether it has begun. */
  readonly hasBegun: boolean;
  /** Sets the deadline: the process ends by itself, at the latest after `bounds.shutdownMsMax`, then with exit code 1. */
  begin(): void;
}

/** What of the process is used; tests bring their own. */
export type ShutdownProcess = {
  on(name: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
  /** Calls once after so many milliseconds, without keeping the process alive. */
  after(waitMs: number, call: () => void): unknown;
};

const realProcess: ShutdownProcess = {
  on: (name, listener) => process.on(name, listener),
  exit: (code) => process.exit(code),
  now: () => performance.now(),
  after: (waitMs, call) => setTimeout(call, waitMs).unref(),
};

/**
 * Listens for SIGINT, SIGTERM and SIGHUP, the first of which begins the shutdown. A later one ends
 * the process at once, with 130. What comes within `bounds.sameSignalMsMax` is still the first one:
 * npm passes a signal on to the bot, which gets it from a terminal or service manager as well.
 */
export const listenForShutdown = ({ on, exit, now, after }: ShutdownProcess = realProcess): Shutdown => {
  const asked = Promise.withResolvers<NodeJS.Signals>();
  let askedAt: number | undefined;
  let hasBegun = false;

  const begin = (): void => {
    if (hasBegun) return;
    hasBegun = true;
    after(bounds.shutdownMsMax, () => exit(1));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    on(name, () => {
      if (askedAt !== undefined && now() - askedAt > bounds.sameSignalMsMax) exit(130);
      askedAt ??= now();
      begin();
      asked.resolve(name);
    });
  }
  return {
    asked: asked.promise,
    get hasBegun() {
      return hasBegun;
    },
    begin,
  };
};

/** Resolves when a signal comes, with the exit code by which shells know of it: for commands that have nothing to lose. */
export const interrupted = async ({ asked }: Pick<Shutdown, 'asked'>): Promise<number> => 128 + constants.signals[await asked];
