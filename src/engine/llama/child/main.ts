// The engine's child process: loads one model and serves the calls of protocol.ts over IPC.
import type { Token } from 'node-llama-cpp';
import { PaddockError } from '../../../core/error.ts';
import type { CallName, Calls, LlamaSettings, RemoteError, ToChild, ToParent } from '../protocol.ts';
import { type ChatTemplates, createChatTemplates, templatesIn } from './chat-template.ts';
import { startGeneration } from './generation.ts';
import { type LoadedModel, loadModel } from './load-model.ts';
import { createSlots, type Slots } from './slots.ts';
import { createStepper, type Stepper } from './stepper.ts';
import { createTokeniser, type Tokeniser } from './tokeniser.ts';

/** How often text is sent to the parent, in milliseconds: often enough to look alive, and not a message a token. */
const deltaIntervalMs = 100;
/** Most prompt tokens read in one step while other answers are being written. */
const pieceTokens = 128;

type Loaded = LoadedModel & {
  readonly slots: Slots;
  readonly stepper: Stepper;
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
      userText: 'My language model is not loaded yet.',
    });
  return loaded;
};

const load = async (settings: LlamaSettings): Promise<Calls['load']['result']> => {
  const model = await loadModel(settings, (level, message) => send({ type: 'log', level, message }));
  loaded = {
    ...model,
    slots: createSlots(Array.from({ length: settings.slots }, () => model.context.getSequence())),
    stepper: createStepper(settings.batchTokens, Math.min(pieceTokens, settings.batchTokens)),
    tokeniser: createTokeniser(model.model),
    chatTemplates: createChatTemplates({
      templates: templatesIn(model.model.fileInfo.metadata.tokenizer),
      bosText: model.info.bosText,
      eosText: model.info.eosText,
      now: Date.now,
    }),
  };
  return model.info;
};

const generate = async (id: number, request: Calls['generate']['argument']): Promise<Calls['generate']['result']> => {
  const { model, slots, stepper, tokeniser } = current();
  const abort = new AbortController();
  aborts.set(id, abort);
  const text = createDeltaSender(id);
  try {
    const tokens: readonly Token[] = tokeniser.tokenise(request.prompt);
    const slot = await slots.acquire(request.affinity);
    try {
      if (abort.signal.aborted)
        return { reason: 'aborted', usage: { promptTokens: tokens.length, cachedTokens: 0, outputTokens: 0 } };
      const generation = await startGeneration(model, slot, request, tokens, text.push);
      const reason = await stepper.run(generation, abort.signal);
      return { reason, usage: generation.usage() };
    } finally {
      await slots.release(slot);
    }
  } finally {
    text.end();
    aborts.delete(id);
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
    case 'forget':
      await current().slots.forget(message.argument);
      return null;
    default:
      return message satisfies never;
  }
};

const toRemote = (error: unknown): RemoteError =>
  error instanceof PaddockError
    ? { code: error.code, message: error.message, userText: error.userText, isRetryable: error.isRetryable }
    : {
        code: 'engine-failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        userText: 'My language model failed on that. Please try again.',
        isRetryable: true,
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
// Killed rather than exited: native threads may be at work, and there is nothing to save.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
