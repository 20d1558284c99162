import { setTimeout as sleep } from 'node:timers/promises';
import { bounds } from '../../core/bounds.ts';
import type { Engine, GenerateEvent } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import { type EngineProcess, type ProcessBounds, startEngineProcess } from './child-process.ts';
import { forgetState, keepStates } from './keep-states.ts';
import { createModelKeeper, type KeeperBounds, type KeeperClock, type ModelChoice } from './model-keeper.ts';
import type { CallName, Calls, LlamaSettings } from './protocol.ts';

/** What the engine stands on, for tests to replace. */
export type LlamaEngineParts = {
  /** [`bounds.engine`] */
  readonly limits?: Partial<ProcessBounds & KeeperBounds>;
  /** [the machine's, monotonic] */
  readonly clock?: KeeperClock;
  /** [forks child/main.ts] */
  readonly startProcess?: () => EngineProcess;
};

/**
 * The engine on node-llama-cpp, in a child process of its own: a native crash ends that process
 * and not the bot. It is restarted at once after the first crash, then with growing pauses.
 *
 * @param first the model to load
 * @param settingsFor how to load a model file
 */
export const createLlamaEngine = (
  first: ModelChoice,
  logger: Logger,
  settingsFor: (modelPath: string) => Omit<LlamaSettings, keyof ModelChoice>,
  parts: LlamaEngineParts = {},
): Engine => {
  const limits = { ...bounds.engine, ...parts.limits };
  const { clock = machineClock, startProcess = () => startEngineProcess(logger, limits) } = parts;
  const takeLeave = (process: EngineProcess): Promise<void> => keepStates(process, settingsFor(first.modelPath));
  const keeper = createModelKeeper({ first, logger, settingsFor, startProcess, takeLeave, clock, limits });

  /** Answers that wait for the model. */
  const starting = new Set<{ readonly affinity: string; isForgotten: boolean }>();
  const forget = (affinity: string): Promise<void> => forgetState(keeper.process, settingsFor(first.modelPath), affinity, logger);

  const call = async <Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['result']> => {
    const { process } = await keeper.ensure();
    return await process.call(name, argument);
  };

  return {
    get model() {
      return keeper.running?.model;
    },
    start: async () => (await keeper.ensure()).model,
    tokenise: (prompts) => call('tokenise', prompts),
    countTokens: (prompts) => call('countTokens', prompts),
    renderChat: (messages, options = {}) => call('renderChat', { messages, options }),
    forget: async (affinity) => {
      for (const request of starting) if (request.affinity === affinity) request.isForgotten = true;
      await forget(affinity);
    },
    prefill: async ({ signal, ...request }) => {
      const nothing = { promptTokens: 0, readTokens: 0, evaluatedTokens: 0 };
      const process = keeper.running?.process;
      return process && !signal.aborted ? await process.call('prefill', request, undefined, signal) : nothing;
    },
    async *generate({ signal, ...request }): AsyncGenerator<GenerateEvent, void, void> {
      const place = { affinity: request.affinity, isForgotten: false };
      starting.add(place);
      const running = await unlessAborted(keeper.ensure, signal).finally(() => starting.delete(place));
      if (!running) {
        yield { type: 'end', reason: 'aborted', usage: { promptTokens: 0, cachedTokens: 0, outputTokens: 0 } };
        return;
      }
      const left = new AbortController();
      const { push, take } = createTextBox();
      const result = running.process.call('generate', request, push, AbortSignal.any([signal, left.signal]));
      // Not awaited until the text is through; a rejection meanwhile must not count as unhandled.
      result.catch(() => {}).finally(() => push(undefined));
      try {
        for (let text = await take(); text !== undefined; text = await take()) yield { type: 'text-delta', text };
        yield { type: 'end', ...(await result) };
      } finally {
        // Who stops listening early wants no more of it.
        left.abort();
        if (place.isForgotten) await forget(request.affinity);
      }
    },
    use: async (modelPath) => (await keeper.use(modelPath)).model,
    close: keeper.close,
  };
};

const machineClock: KeeperClock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};

/** What a promise gives, or undefined as soon as the signal is aborted; nothing is begun when it already is. */
const unlessAborted = async <T>(begin: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
  if (signal.aborted) return undefined;
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([begin(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
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
