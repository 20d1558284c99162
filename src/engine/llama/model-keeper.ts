import type { ModelInfo } from '../../core/engine.ts';
import { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import { createBackOff } from './back-off.ts';
import type { EngineProcess } from './child-process.ts';
import { closedError, hungError, restartingError, switchError } from './engine-errors.ts';
import { createLoadFailures } from './load-failures.ts';
import type { LlamaSettings } from './protocol.ts';

/** Which model file. */
export type ModelChoice = Pick<LlamaSettings, 'modelPath' | 'isDemo'>;

/** A running process with its model loaded. */
export type Running = { readonly process: EngineProcess; readonly model: ModelInfo };

/** How failures are dealt with; see `bounds.engine`. */
export type KeeperBounds = Readonly<Record<'failureMs' | 'healthyMs' | 'patienceMs', number>> & {
  readonly restartDelaysMs: readonly number[];
};

/** Time, for tests to hold. `sleep` resolves early, and never rejects, when the signal is aborted. */
export type KeeperClock = { readonly now: () => number; readonly sleep: (ms: number, signal: AbortSignal) => Promise<void> };

/** Keeps one process, and never two, with the model that is wanted. */
export interface ModelKeeper {
  /** Undefined while nothing is loaded or another model is. */
  readonly running: Running | undefined;
  /** The process with a loaded model, also while it takes its leave to make room for another one. */
  readonly process: EngineProcess | undefined;
  /** What runs, started when needed; while models are switched, what runs after that. */
  ensure(): Promise<Running>;
  /** Ends what runs or loads and loads another model; when that fails, the former one again. One call after another. */
  use(modelPath: string): Promise<Running>;
  /** Ends the process at once, also while it loads. */
  close(): Promise<void>;
}

export const createModelKeeper = ({
  first,
  settingsFor,
  startProcess,
  takeLeave,
  logger,
  clock,
  limits,
}: {
  readonly first: ModelChoice;
  readonly settingsFor: (modelPath: string) => Omit<LlamaSettings, keyof ModelChoice>;
  readonly startProcess: () => EngineProcess;
  /** Lets a process do what it has to before it is ended on purpose; in a bounded time, and never rejects. */
  readonly takeLeave: (process: EngineProcess) => Promise<void>;
  readonly logger: Logger;
  readonly clock: KeeperClock;
  readonly limits: KeeperBounds;
}): ModelKeeper => {
  const failures = createLoadFailures(limits.failureMs, clock.now);
  const backOff = createBackOff(limits.restartDelaysMs, limits.healthyMs, clock.now);
  /** An object of its own for each switch, by which a start that has been overtaken knows it. */
  let wanted = first;
  let running: Running | undefined;
  /** The start under way, of what is wanted. */
  let starting: Promise<Running> | undefined;
  /** The end of the chain of switches; undefined when there is none. */
  let switching: Promise<void> | undefined;
  /** The newest process, loading or running. */
  let newest: EngineProcess | undefined;
  /** The process that ran until it began to take its leave. */
  let leaving: EngineProcess | undefined;
  /** Ends the pauses before restarts. */
  let hurry = new AbortController();
  let isClosed = false;

  const ensure = async (): Promise<Running> => {
    for (;;) {
      while (switching) await switching;
      if (isClosed) throw closedError();
      if (running && !running.process.isOver) return running;
      if (running) {
        await endOf(running.process);
        continue;
      }
      const chosen = wanted;
      starting ??= start(chosen);
      try {
        const launched = await starting;
        if (launched === running) return launched;
      } catch (error) {
        // Who waited for a start that was overtaken by a switch waits for that instead.
        if (isClosed || chosen === wanted) throw error;
      }
    }
  };

  /** Waits until a process that is over has ended; even the system can't always end one at once. */
  const endOf = async ({ ended }: EngineProcess): Promise<void> => {
    const timer = new AbortController();
    const isLate = clock.sleep(limits.patienceMs, timer.signal).then(() => !timer.signal.aborted);
    const isStuck = await Promise.race([isLate, ended.then(() => false)]);
    timer.abort();
    if (isStuck) throw hungError();
  };

  /** Loads what was chosen, after the pause that the last crashes ask for, unless that has just failed. */
  const start = (chosen: ModelChoice): Promise<Running> => {
    const attempt = (async () => {
      const failure = failures.recall(chosen.modelPath);
      if (failure) throw failure;
      const waitMs = backOff.waitMs();
      if (waitMs > limits.patienceMs) throw restartingError(waitMs);
      if (waitMs > 0) await clock.sleep(waitMs, hurry.signal);
      return await launch(chosen);
    })().finally(() => {
      if (starting === attempt) starting = undefined;
    });
    return attempt;
  };

  const throwIfOvertaken = (chosen: ModelChoice): void => {
    if (isClosed) throw closedError();
    if (chosen !== wanted) throw switchError();
  };

  const launch = async (chosen: ModelChoice): Promise<Running> => {
    throwIfOvertaken(chosen);
    const startedAt = clock.now();
    const stamp = failures.stampOf(chosen.modelPath);
    const launched = await load(chosen).catch((error: unknown) => {
      throwIfOvertaken(chosen);
      if (error instanceof PaddockError && error.code === 'engine-failed') backOff.postpone(0);
      else if (error instanceof PaddockError) failures.remember(chosen.modelPath, stamp, error);
      throw error;
    });
    // Whoever overtook it meanwhile has ended its process.
    throwIfOvertaken(chosen);
    running = launched;
    void launched.process.ended.then((cause) => {
      if (running === launched) restart(cause, clock.now() - startedAt);
    });
    const { name, contextTokens, slots, device } = launched.model;
    logger.info(
      { part: 'engine', model: name, contextTokens, slots, device, loadMs: Math.round(clock.now() - startedAt) },
      'model loaded',
    );
    return launched;
  };

  /** A process with what was chosen; it is ended when it can't load that. */
  const load = async (chosen: ModelChoice): Promise<Running> => {
    const settings = { ...settingsFor(chosen.modelPath), ...chosen };
    const child = startProcess();
    newest = child;
    try {
      return { process: child, model: await child.call('load', settings) };
    } catch (error) {
      await child.kill();
      throw error;
    }
  };

  const restart = (cause: string, upMs: number): void => {
    running = undefined;
    const delayMs = backOff.postpone(upMs);
    logger.error(
      { part: 'engine', cause, crashes: backOff.failures, delayMs },
      "the engine's process ended unexpectedly; it is being restarted. If that goes on, lower engine.gpuLayers, engine.slots or engine.contextTokens",
    );
    clock
      .sleep(delayMs, hurry.signal)
      .then(ensure)
      .catch((error: unknown) => {
        if (!isClosed) logger.error({ part: 'engine', error }, 'the engine could not be restarted');
      });
  };

  /** From here on `chosen` is wanted, and nothing else runs, loads or waits to be started. */
  const want = async (chosen: ModelChoice): Promise<void> => {
    wanted = chosen;
    starting = undefined;
    backOff.reset();
    hurry.abort();
    hurry = new AbortController();
    await stop(switchError());
  };

  /** What runs is not handed out any more, takes its leave, and is ended; what loads is ended at once. */
  const stop = async (reason: PaddockError): Promise<void> => {
    leaving ??= running?.process;
    running = undefined;
    if (leaving) await takeLeave(leaving);
    await newest?.kill(reason);
    leaving = undefined;
  };

  const change = async (modelPath: string): Promise<Running> => {
    if (isClosed) throw closedError();
    const former = wanted;
    const next = { modelPath, isDemo: false };
    await want(next);
    try {
      return await launch(next);
    } catch (error) {
      if (isClosed) throw closedError();
      const again = { ...former };
      await want(again);
      await launch(again).catch((failure: unknown) => {
        if (!isClosed) logger.error({ part: 'engine', error: failure }, 'the former model could not be loaded again');
      });
      throw error;
    }
  };

  return {
    get running() {
      return running;
    },
    get process() {
      return running?.process ?? leaving;
    },
    ensure,
    use: (modelPath) => {
      const changed = (switching ?? Promise.resolve()).then(() => change(modelPath));
      const settled = changed.then(
        () => {},
        () => {},
      );
      switching = settled;
      void settled.then(() => {
        if (switching === settled) switching = undefined;
      });
      return changed;
    },
    close: async () => {
      isClosed = true;
      hurry.abort();
      await stop(closedError());
    },
  };
};
