// The engine's child process: loads one model and serves the calls of protocol.ts over IPC.
import { PaddockError } from '../../../core/error.ts';
import { sentence } from '../../../core/sentence.ts';
import type { CallName, Calls, LlamaSettings, RemoteError, ToChild, ToParent } from '../protocol.ts';
import { type ChatTemplates, createChatTemplates, templatesIn } from './chat-template.ts';
import { type Log, loadModel } from './load-model.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { createTokeniser, type Tokeniser } from './tokeniser.ts';

/** How often text is sent to the parent, in milliseconds: often enough to look alive, and not a message a token. */
const deltaIntervalMs = 100;

type Loaded = {
  readonly runtime: Runtime;
  readonly tokeniser: Tokeniser;
  readonly chatTemplates: ChatTemplates;
};

const send = (message: ToParent): void => {
  // The parent may be gone already; 'disconnect' ends this process then.
  if (process.connected) process.send?.(message);
};

let loaded: Loaded | undefined;
const aborts = new Map<number, AbortController>();

const current = (): Loaded => {
  if (!loaded)
    throw new PaddockError('engine-failed', 'the engine was asked before its model was loaded', {
      userText: sentence('modelNotLoaded'),
    });
  return loaded;
};

const load = async (settings: LlamaSettings): Promise<Calls['load']['result']> => {
  const log: Log = (level, message) => send({ type: 'log', level, message });
  const model = await loadModel(settings, log);
  const tokeniser = createTokeniser(model.model);
  loaded = {
    tokeniser,
    runtime: await createRuntime(settings, model, tokeniser, log),
    chatTemplates: createChatTemplates({
      templates: templatesIn(model.model.fileInfo.metadata.tokenizer),
      bosText: model.info.bosText,
      eosText: model.info.eosText,
      now: Date.now,
    }),
  };
  return model.info;
};

/** Runs a call that an `abort` message with its id can end early. */
const abortable = async <Result>(id: number, run: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    return await run(abort.signal);
  } finally {
    aborts.delete(id);
  }
};

const generate = async (id: number, request: Calls['generate']['argument']): Promise<Calls['generate']['result']> => {
  const text = createDeltaSender(id);
  try {
    return await abortable(id, (signal) => current().runtime.generate(request, text.push, signal));
  } finally {
    text.end();
  }
};

/** Sends the first text at once and the rest in a few messages a second. */
const createDeltaSender = (id: number): { readonly push: (text: string) => void; readonly end: () => void } => {
  let buffer = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    if (buffer !== '') send({ type: 'text-delta', id, text: buffer });
    buffer = '';
  };
  return {
    push: (text) => {
      buffer += text;
      if (timer) return;
      flush();
      timer = setInterval(flush, deltaIntervalMs);
    },
    end: () => {
      clearInterval(timer);
      flush();
    },
  };
};

const call = async (message: Extract<ToChild, { type: 'call' }>): Promise<Calls[CallName]['result']> => {
  switch (message.name) {
    case 'load':
      return await load(message.argument);
    case 'generate':
      return await generate(message.id, message.argument);
    case 'tokenise':
      return message.argument.map(current().tokeniser.describe);
    case 'countTokens':
      return message.argument.map((prompt) => current().tokeniser.tokenise(prompt).length);
    case 'renderChat':
      return await current().chatTemplates.render(message.argument.messages, message.argument.options);
    case 'prefill':
      return await abortable(message.id, (signal) => current().runtime.prefill(message.argument, signal));
    case 'forget':
      // While the model is loaded nothing is held yet; the parent removes the files.
      await loaded?.runtime.forget(message.argument);
      return null;
    case 'keepAll':
      await loaded?.runtime.keepAll();
      return null;
    default:
      return message satisfies never;
  }
};

const toRemote = (error: unknown): RemoteError => {
  if (error instanceof PaddockError) {
    const { code, message, userText, sentence: said, isRetryable } = error;
    return { code, message, userText, ...(said && { sentence: said }), isRetryable };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return toRemote(new PaddockError('engine-failed', message, { userText: sentence('modelFailed'), isRetryable: true }));
};

process.on('message', (message: ToChild) => {
  if (message.type === 'abort') {
    aborts.get(message.id)?.abort();
    return;
  }
  call(message).then(
    (value) => send({ type: 'result', id: message.id, value }),
    (error: unknown) => send({ type: 'error', id: message.id, error: toRemote(error) }),
  );
});

// The parent decides when this process ends: Ctrl-C in a terminal reaches both.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Killed rather than exited: native threads may be at work, and what was to be saved was asked for with `keepAll`.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
