import { type ChildProcess, fork } from 'node:child_process';
import { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import type { CallName, Calls, RemoteError, ToChild, ToParent } from './protocol.ts';

/** A running child process and the calls under way in it. */
export interface EngineProcess {
  /**
   * Calls the child. Rejects with the child's `PaddockError`, or with `engine-failed` when the
   * process ends before it answers.
   * @param onText receives the text of a generation as it comes
   * @param signal aborts a generation; its result still comes, with reason `aborted`
   */
  call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]['argument'],
    onText?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<Calls[Name]['result']>;
  /** Resolves with the cause when the process has ended, however it came. */
  readonly ended: Promise<string>;
  /** Ends the process; a native call under way can't be asked politely, so it is killed. */
  kill(): Promise<void>;
}

/** What of the environment the native library may need. The bot's secrets are not among it. */
const passedOn =
  /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|XDG_.*|LD_LIBRARY_PATH|CUDA_.*|NVIDIA_.*|GGML_.*|VK_.*|HIP_.*|ROCR_.*|HSA_.*|OMP_.*|NODE_LLAMA_CPP_.*)$/i;

/** Longest to wait for a generation to end after it was aborted before the process counts as hung, in milliseconds. */
const abortMsMax = 60_000;

export const startEngineProcess = (logger: Logger): EngineProcess => {
  const child = fork(new URL('./child/main.ts', import.meta.url), {
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
    // Text is all that crosses, but prompts may hold lone surrogates, which JSON would alter.
    serialization: 'advanced',
    execArgv: [],
    // Nothing of a native library may reach standard output, which belongs to the chat.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const pending = new Map<
    number,
    {
      readonly resolve: (value: unknown) => void;
      readonly reject: (error: unknown) => void;
      readonly onText: ((text: string) => void) | undefined;
    }
  >();
  let lastId = 0;

  child.on('message', (message: ToParent) => {
    switch (message.type) {
      case 'text-delta':
        pending.get(message.id)?.onText?.(message.text);
        return;
      case 'result':
        pending.get(message.id)?.resolve(message.value);
        pending.delete(message.id);
        return;
      case 'error':
        pending.get(message.id)?.reject(toError(message.error));
        pending.delete(message.id);
        return;
      case 'log':
        logger[message.level]({ part: 'llama.cpp' }, message.message);
        return;
      default:
        message satisfies never;
    }
  });

  const ended = endOf(child).then((cause) => {
    for (const { reject } of pending.values()) reject(crash(cause));
    pending.clear();
    return cause;
  });

  return {
    ended,
    call: async (name, argument, onText, signal) => {
      const id = ++lastId;
      let hung: NodeJS.Timeout | undefined;
      const onAbort = (): void => {
        post(child, { type: 'abort', id });
        hung = setTimeout(() => child.kill('SIGKILL'), abortMsMax);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return await new Promise<Calls[typeof name]['result']>((resolve, reject) => {
          if (!child.connected) {
            reject(crash('it is not running'));
            return;
          }
          // The child answers a call with the result type of its name; see protocol.ts.
          pending.set(id, { resolve: (value) => resolve(value as Calls[typeof name]['result']), reject, onText });
          post(child, { type: 'call', id, name, argument } as ToChild);
          if (signal?.aborted) onAbort();
        });
      } finally {
        clearTimeout(hung);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** A message to a child that has just ended is lost with it; `ended` rejects what waits. */
const post = (child: ChildProcess, message: ToChild): void => {
  if (child.connected) child.send(message, () => {});
};

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });

const toError = (error: RemoteError): PaddockError =>
  new PaddockError(error.code, error.message, { userText: error.userText, isRetryable: error.isRetryable });

const crash = (cause: string): PaddockError =>
  new PaddockError(
    'engine-failed',
    `the engine's process ended (${cause}); if it did while loading, the memory was probably too small: lower engine.gpuLayers, engine.slots or engine.contextTokens`,
    {
      userText: 'My language model stopped unexpectedly. It is being started again; please try once more in a moment.',
      isRetryable: true,
    },
  );
