import { Worker } from 'node:worker_threads';
import { bounds } from '../../../core/bounds.ts';
import type { RenderRequest, RenderResult } from './chat-template-worker.ts';

/** A thread that renders templates, one at a time, each within the bounds of time and memory. */
export interface TemplateThread {
  render(request: RenderRequest): Promise<RenderResult>;
  close(): Promise<void>;
}

/** Since Node 24.6; not in every version of its types. */
type MeasuredWorker = Worker & { cpuUsage(): Promise<{ readonly user: number; readonly system: number }> };

/** Reads the processor time of a thread, in milliseconds, also while it is busy. */
const processorMs = async (worker: Worker): Promise<number> => {
  const { user, system } = await (worker as MeasuredWorker).cpuUsage();
  return (user + system) / 1000;
};

/**
 * Templates come with model files, which nobody has checked. A thread that breaks a bound is ended,
 * and the next rendering has a new one, whose start doesn't count as its time.
 */
export const createTemplateThread = (): TemplateThread => {
  let worker: Started | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const render = async (request: RenderRequest): Promise<RenderResult> => {
    worker ??= await startWorker();
    const current = worker;
    const result = await ask(current, request);
    if (result.isOver) {
      worker = undefined;
      await current.worker.terminate();
    }
    return result.result;
  };

  return {
    // One at a time: the clock must measure one rendering.
    render: (request) => {
      const result = last.then(() => render(request));
      last = result.catch(() => {});
      return result;
    },
    close: async () => {
      await last;
      await worker?.worker.terminate();
      worker = undefined;
    },
  };
};

/** A thread that is ready, and when it ends. */
type Started = { readonly worker: Worker; readonly exited: Promise<undefined> };

const startWorker = (): Promise<Started> => {
  const worker = new Worker(new URL('./chat-template-worker.ts', import.meta.url), {
    env: {},
    resourceLimits: {
      maxOldGenerationSizeMb: bounds.chatTemplate.memoryMiBMax,
      maxYoungGenerationSizeMb: bounds.chatTemplate.memoryMiBMax / 4,
    },
  });
  // A thread that dies while nobody asks it anything is noticed with the next question.
  worker.on('error', () => {});
  const exited = new Promise<undefined>((resolve) => {
    worker.once('exit', () => resolve(undefined));
  });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve({ worker, exited }));
    worker.once('error', reject);
  });
};

/** Asks the thread; `isOver` when it can't be asked again. */
const ask = async (
  { worker, exited }: Started,
  request: RenderRequest,
): Promise<{ readonly result: RenderResult; readonly isOver: boolean }> => {
  const startedAt = performance.now();
  const before = await Promise.race([processorMs(worker).catch(() => undefined), exited]);
  const { renderMsMax, waitMsMax } = bounds.chatTemplate;
  return await new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let isSettled = false;
    const settle = (result: RenderResult, isOver: boolean): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      resolve({ result, isOver });
    };
    const onMessage = (result: RenderResult): void => settle(result, false);
    const onError = (error: Error): void =>
      settle({ error: `it broke a bound of ${bounds.chatTemplate.memoryMiBMax} MiB, or: ${error.message}`, kind: 'bound' }, true);
    const onExit = (): void => settle({ error: 'its thread ended', kind: 'bound' }, true);
    const overtime = (): void => settle({ error: `it took longer than ${renderMsMax} ms`, kind: 'bound' }, true);
    // On a busy machine the clock runs on while the thread waits, so what counts is the thread's own time.
    const check = (): void => {
      const leftMs = waitMsMax - (performance.now() - startedAt);
      if (before === undefined || leftMs <= 0) {
        overtime();
        return;
      }
      timer = setTimeout(overtime, leftMs);
      processorMs(worker).then(
        (now) => {
          if (isSettled) return;
          clearTimeout(timer);
          const restMs = renderMsMax - (now - before);
          if (restMs <= 0) overtime();
          else timer = setTimeout(check, Math.min(restMs + 1, Math.max(1, leftMs)));
        },
        () => {},
      );
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    timer = setTimeout(check, renderMsMax);
    worker.postMessage(request);
  });
};
