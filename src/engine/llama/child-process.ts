import { type ChildProcess, fork } from 'node:child_process';
import { bounds } from '../../core/bounds.ts';
import { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import { crashError, hungError, loadCrashError } from './engine-errors.ts';
import type { CallName, Calls, RemoteError, ToChild, ToParent } from './protocol.ts';
import { createWatchdog } from './watchdog.ts';

/** A running child process and the calls under way in it. */
export interface EngineProcess {
  /**
   * Calls the child. Rejects with the child's `PaddockError`, with `engine-failed` when the process
   * ends before it answers or hangs, and with the reason given to `kill`.
   * @param onText receives the text of a generation as it comes
   * @param signal aborts a generation; its result still comes, with reason `aborted`
   */
  call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]['argument'],
    onText?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<Calls[Name]['result']>;
  /** True once the process can't be asked any more: it has crashed, hung or been killed, and is about to end. */
  readonly isOver: boolean;
  /** Resolves with the cause when the process has ended, however it came. */
  readonly ended: Promise<string>;
  /**
   * Ends the process; a native call under way can't be asked politely, so it is killed. What it was
   * asked rejects with the reason at once, by default as after a crash.
   */
  kill(reason?: PaddockError): Promise<void>;
}

/** How long the process may take, in milliseconds; see `bounds.engine`. */
export type ProcessBounds = Readonly<
  Record<'pingMs' | 'silentMsMax' | 'silentLoadMsMax' | 'callMsMax' | 'abortMsMax' | 'loadMsMax', number>
>;

/** What of the environment the native library may need. The bot's secrets are not among it. */
const passedOn =
  /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|XDG_.*|LD_LIBRARY_PATH|CUDA_.*|NVIDIA_.*|GGML_.*|VK_.*|HIP_.*|ROCR_.*|HSA_.*|OMP_.*|NODE_LLAMA_CPP_.*)$/i;

type Pending = {
  readonly name: CallName;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onText: ((text: string) => void) | undefined;
};

/** Starts the process; it is to be asked to `load` first. Throws `engine-failed` when the system starts no process. */
export const startEngineProcess = (logger: Logger, limits: ProcessBounds = bounds.engine): EngineProcess => {
  const child = forkChild();
  const pending = new Map<number, Pending>();
  let lastId = 0;
  /** Why it is being ended from here, if it is because it hung. */
  let hungFor: string | undefined;
  /** The error of all further calls, once it is being ended from here. */
  let over: PaddockError | undefined;

  /** Takes a call off the list, and with the last one there is nothing to wait for. */
  const settle = (id: number): Pending | undefined => {
    const call = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) watchdog.rest();
    return call;
  };

  const fail = (errorFor: (name: CallName) => PaddockError): void => {
    for (const [id, { name }] of pending) settle(id)?.reject(errorFor(name));
  };

  const hang = (cause: string): void => {
    hungFor ??= cause;
    over ??= hungError();
    fail((name) => hungError(name === 'load' ? cause : undefined));
    child.kill('SIGKILL');
  };

  const watchdog = createWatchdog({
    pingMs: limits.pingMs,
    // A count of nothing is answered by the child's event loop, before, while and after it loads or evaluates.
    ping: () => post(child, { type: 'call', id: ++lastId, name: 'countTokens', argument: [] }),
    bark: (silentMs) => hang(`it did not answer for ${seconds(silentMs)}`),
  });

  child.on('message', (message: ToParent) => {
    watchdog.heard();
    switch (message.type) {
      case 'text-delta':
        pending.get(message.id)?.onText?.(message.text);
        return;
      case 'result':
        settle(message.id)?.resolve(message.value);
        return;
      case 'error':
        settle(message.id)?.reject(toError(message.error));
        return;
      case 'log':
        logger[message.level]({ part: 'llama.cpp' }, message.message);
        return;
      default:
        message satisfies never;
    }
  });

  const ended = endOf(child).then((ending) => {
    fail((name) => (name === 'load' ? loadCrashError(ending) : crashError()));
    return hungFor ?? ending;
  });

  /** The longest that a call may take; an answer may take as long as its signal lets it. */
  const msMaxOf = (name: CallName): number | undefined => {
    if (name === 'generate') return undefined;
    return name === 'load' ? limits.loadMsMax : limits.callMsMax;
  };

  return {
    get isOver() {
      return over !== undefined || !child.connected;
    },
    ended,
    call: async (name, argument, onText, signal) => {
      if (over) throw over;
      if (!child.connected) throw name === 'load' ? loadCrashError('it could not be started') : crashError();
      const id = ++lastId;
      const msMax = msMaxOf(name);
      let timer =
        msMax === undefined ? undefined : setTimeout(() => hang(`\`${name}\` took longer than ${seconds(msMax)}`), msMax);
      const onAbort = (): void => {
        post(child, { type: 'abort', id });
        timer ??= setTimeout(() => hang(`an aborted answer did not end within ${seconds(limits.abortMsMax)}`), limits.abortMsMax);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return await new Promise<Calls[typeof name]['result']>((resolve, reject) => {
          // The child answers a call with the result type of its name; see protocol.ts.
          pending.set(id, { name, resolve: (value) => resolve(value as Calls[typeof name]['result']), reject, onText });
          watchdog.watch(name === 'load' ? limits.silentLoadMsMax : limits.silentMsMax);
          post(child, { type: 'call', id, name, argument } as ToChild);
          if (signal?.aborted) onAbort();
        });
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    kill: async (reason = crashError()) => {
      over ??= reason;
      fail(() => reason);
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const forkChild = (): ChildProcess => {
  try {
    return fork(new URL('./child/main.ts', import.meta.url), {
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
      // Text is all that crosses, but prompts may hold lone surrogates, which JSON would alter.
      serialization: 'advanced',
      execArgv: [],
      // Nothing of a native library may reach standard output, which belongs to the chat.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
  } catch (error) {
    throw loadCrashError(error instanceof Error ? error.message : String(error));
  }
};

/** A message to a child that has just ended is lost with it; `ended` rejects what waits. */
const post = (child: ChildProcess, message: ToChild): void => {
  if (child.connected) child.send(message, () => {});
};

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    // More than one may come, and one that nobody listens to would end the bot. Only a process that never was has no id.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve('signal SIGKILL, which systems send that run out of memory');
      else resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

const toError = (error: RemoteError): PaddockError =>
  new PaddockError(error.code, error.message, { userText: error.sentence ?? error.userText, isRetryable: error.isRetryable });
