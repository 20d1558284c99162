import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, GenerateEvent, ModelInfo } from '../../core/engine.ts';
import { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import { type EngineProcess, startEngineProcess } from './child-process.ts';
import type { CallName, Calls, LlamaSettings } from './protocol.ts';

/** A running process with its model loaded. */
type Running = { readonly process: EngineProcess; readonly model: ModelInfo };

/** Back-off before the first, second, … restart after a crash, in milliseconds; the last one repeats. */
const restartDelaysMs = [0, 1000, 5000, 30_000] as const;
/** A process that ran this long counts as healthy: the next crash starts the back-off anew. */
const healthyMs = 5 * 60_000;
/** Longest that a request waits for a restart, in milliseconds; when it takes longer, the user is told at once. */
const patienceMs = 6000;

/** Which model file. */
type Choice = Pick<LlamaSettings, 'modelPath' | 'isDemo'>;

/**
 * The engine on node-llama-cpp, in a child process of its own: a native crash ends that process
 * and not the bot. It is restarted at once after the first crash, then with growing pauses.
 *
 * @param first the model to load
 * @param settingsFor how to load a model file
 */
export const createLlamaEngine = (
  first: Choice,
  logger: Logger,
  settingsFor: (modelPath: string) => Omit<LlamaSettings, keyof Choice>,
): Engine => {
  let wanted = first;
  let starting: Promise<Running> | undefined;
  let running: Running | undefined;
  /** The newest process, loading or running. */
  let newest: EngineProcess | undefined;
  let crashes = 0;
  /** No process is started before this moment of `performance.now()`. */
  let restartAt = 0;
  let isClosed = false;
  const closing = new AbortController();

  const launch = async (chosen: Choice): Promise<Running> => {
    const startedAt = performance.now();
    const child = startEngineProcess(logger);
    newest = child;
    const model = await child.call('load', { ...settingsFor(chosen.modelPath), ...chosen }).catch(async (error: unknown) => {
      await child.kill();
      throw error;
    });
    const launched = { process: child, model };
    void child.ended.then((cause) => {
      if (running !== launched) return;
      running = undefined;
      starting = undefined;
      if (performance.now() - startedAt > healthyMs) crashes = 0;
      const delayMs = postpone();
      logger.error(
        { part: 'engine', cause, crashes, delayMs },
        "the engine's process ended unexpectedly; it is being restarted. If that goes on, lower engine.gpuLayers, engine.slots or engine.contextTokens",
      );
      void sleep(delayMs, undefined, { signal: closing.signal, ref: false })
        .then(ensure)
        .catch((error: unknown) => {
          if (!isClosed) logger.error({ part: 'engine', error }, 'the engine could not be restarted');
        });
    });
    logger.info(
      {
        part: 'engine',
        model: model.name,
        contextTokens: model.contextTokens,
        slots: model.slots,
        device: model.device,
        loadMs: Math.round(performance.now() - startedAt),
      },
      'model loaded',
    );
    return launched;
  };

  /** Sets when the next process may be started, later after every crash; gives the pause. */
  const postpone = (): number => {
    const delayMs = restartDelaysMs[Math.min(crashes, restartDelaysMs.length - 1)] ?? 0;
    crashes++;
    restartAt = performance.now() + delayMs;
    return delayMs;
  };

  /** The running process; starts one, after the pause that the last crashes ask for. */
  const ensure = (): Promise<Running> => {
    if (isClosed) return Promise.reject(closedError());
    const waitMs = restartAt - performance.now();
    if (!starting && waitMs > patienceMs) return Promise.reject(restartingError(waitMs));
    starting ??= (async () => {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => {});
      if (isClosed) throw closedError();
      running = await launch(wanted);
      return running;
    })().catch((error: unknown) => {
      // The next request tries again: the file may have been put there meanwhile.
      starting = undefined;
      if (isClosed) throw closedError();
      if (error instanceof PaddockError && error.code === 'engine-failed') postpone();
      throw error;
    });
    return starting;
  };

  const call = async <Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['result']> => {
    const { process } = await ensure();
    return await process.call(name, argument);
  };

  const stop = async (): Promise<void> => {
    running = undefined;
    starting = undefined;
    await newest?.kill();
  };

  return {
    get model() {
      return running?.model;
    },
    start: async () => (await ensure()).model,
    tokenise: (prompts) => call('tokenise', prompts),
    countTokens: (prompts) => call('countTokens', prompts),
    renderChat: (messages, options = {}) => call('renderChat', { messages, options }),
    forget: async (affinity) => {
      // State lives in the process; without one there is none.
      if (running) await call('forget', affinity);
    },
    async *generate({ signal, ...request }): AsyncGenerator<GenerateEvent, void, void> {
      if (signal.aborted) {
        yield { type: 'end', reason: 'aborted', usage: { promptTokens: 0, cachedTokens: 0, outputTokens: 0 } };
        return;
      }
      const { process } = await ensure();
      const { push, take } = createTextBox();
      const result = process.call('generate', request, push, signal);
      // Not awaited until the text is through; a rejection meanwhile must not count as unhandled.
      result.catch(() => {}).finally(() => push(undefined));
      for (let text = await take(); text !== undefined; text = await take()) yield { type: 'text-delta', text };
      yield { type: 'end', ...(await result) };
    },
    use: async (modelPath) => {
      const former = wanted;
      const next = { modelPath, isDemo: false };
      await starting?.catch(() => {});
      await stop();
      wanted = next;
      try {
        return (await ensure()).model;
      } catch (error) {
        wanted = former;
        await ensure();
        throw error;
      }
    },
    close: async () => {
      isClosed = true;
      closing.abort();
      await stop();
    },
  };
};

/** Text that waits to be taken, joined; `undefined` marks the end. */
const createTextBox = (): {
  readonly push: (text: string | undefined) => void;
  readonly take: () => Promise<string | undefined>;
} => {
  let text = '';
  let isEnded = false;
  let wake = (): void => {};
  return {
    push: (more) => {
      if (more === undefined) isEnded = true;
      else text += more;
      wake();
    },
    take: async () => {
      while (text === '' && !isEnded) await new Promise<void>((resolve) => (wake = resolve));
      const taken = text === '' ? undefined : text;
      text = '';
      return taken;
    },
  };
};

const restartingError = (waitMs: number): PaddockError =>
  new PaddockError('engine-failed', `the engine is started again in ${Math.ceil(waitMs / 1000)} s after several crashes`, {
    userText: `My language model has stopped several times; I start it again in about ${Math.ceil(waitMs / 1000)} seconds. Please ask me again then.`,
    isRetryable: true,
  });

const closedError = (): PaddockError =>
  new PaddockError('engine-closed', 'the engine was closed', {
    userText: 'I am just being shut down. Please ask me again later.',
    isRetryable: true,
  });
