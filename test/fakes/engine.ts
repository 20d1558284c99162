import type { EndReason, Engine, GenerateEvent, GenerateRequest, ModelInfo } from '../../src/core/engine.ts';
import { PaddockError } from '../../src/core/error.ts';
import { type Prompt, promptText } from '../../src/core/prompt.ts';

/** What the fake answers to one request: a text, pieces of one, or a failure in the middle of it. */
export type ScriptedAnswer = string | readonly (string | Error)[];

export type FakeEngineOptions = {
  /** The answers, in order; the last one is given again and again. */
  readonly answers?: readonly ScriptedAnswer[];
  /** The answer to a request, in place of `answers`. */
  readonly answerTo?: (request: GenerateRequest) => ScriptedAnswer;
  readonly model?: Partial<ModelInfo>;
  /** Model files that `use` can load, by path; any other is refused. */
  readonly loadable?: readonly string[];
  /** Awaited before every piece, so that a test decides when text comes. */
  readonly beforePiece?: (request: GenerateRequest) => Promise<void>;
};

/** The fake, and what was asked of it. */
export type FakeEngine = Engine & {
  readonly requests: readonly GenerateRequest[];
  readonly forgotten: readonly string[];
  readonly isClosed: boolean;
};

const fakeModel: ModelInfo = {
  name: 'Fake',
  isDemo: false,
  contextTokens: 2048,
  slots: 1,
  device: 'cpu',
  hasChatTemplate: false,
  bosText: '<s>',
  eosText: '</s>',
};

/** Words and single other characters: near enough to tokens for tests of budgets. */
const pieces = (text: string): readonly string[] => text.match(/\w+|[\s\S]/gu) ?? [];

const spelt = (prompt: Prompt): { readonly kind: 'text' | 'control'; readonly text: string }[] =>
  prompt.flatMap((segment) =>
    segment.kind === 'text' || segment.kind === 'control'
      ? pieces(segment.text).map((text) => ({ kind: segment.kind, text }))
      : [{ kind: 'control' as const, text: segment.kind }],
  );

/**
 * A fake of the engine's contract for tests of what stands around it: scripted answers, counted
 * tokens, a cache that knows only the last prompt of each conversation. Nothing of a model is in it.
 */
export const createFakeEngine = (options: FakeEngineOptions = {}): FakeEngine => {
  const answers: readonly ScriptedAnswer[] = options.answers ?? ['An answer.'];
  const requests: GenerateRequest[] = [];
  const forgotten: string[] = [];
  const lastPrompts = new Map<string, readonly string[]>();
  const ids = new Map<string, number>();
  let model: ModelInfo = { ...fakeModel, ...options.model };
  let isClosed = false;

  const idOf = (text: string): number => {
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };

  async function* generate(request: GenerateRequest): AsyncGenerator<GenerateEvent> {
    if (isClosed) throw new PaddockError('engine-closed', 'the fake is closed', { userText: 'I am closing down.' });
    const answer = options.answerTo?.(request) ?? answers[Math.min(requests.length, answers.length - 1)] ?? '';
    requests.push(request);
    const prompt = pieces(promptText(request.prompt));
    const last = lastPrompts.get(request.affinity) ?? [];
    const differs = prompt.findIndex((piece, index) => piece !== last[index]);
    const cachedTokens = differs === -1 ? Math.max(0, prompt.length - 1) : differs;
    let outputTokens = 0;
    let reason: EndReason = 'end-token';
    for (const piece of typeof answer === 'string' ? [answer] : answer) {
      await options.beforePiece?.(request);
      if (request.signal.aborted) {
        reason = 'aborted';
        break;
      }
      if (piece instanceof Error) throw piece;
      outputTokens += pieces(piece).length;
      yield { type: 'text-delta', text: piece };
    }
    lastPrompts.set(request.affinity, prompt);
    yield { type: 'end', reason, usage: { promptTokens: prompt.length, cachedTokens, outputTokens } };
  }

  return {
    requests,
    forgotten,
    get isClosed() {
      return isClosed;
    },
    get model() {
      return model;
    },
    start: async () => model,
    tokenise: async (prompts) =>
      prompts.map((prompt) => {
        const parts = spelt(prompt);
        return { tokens: parts.map(({ text }) => idOf(text)), kinds: parts.map(({ kind }) => kind) };
      }),
    countTokens: async (prompts) => prompts.map((prompt) => spelt(prompt).length),
    renderChat: async () => {
      throw new PaddockError('no-chat-template', 'the fake has no chat template', {
        userText: 'This model has no chat template.',
      });
    },
    generate,
    async forget(affinity) {
      forgotten.push(affinity);
      lastPrompts.delete(affinity);
    },
    async use(modelPath) {
      if (!(options.loadable ?? []).includes(modelPath)) {
        throw new PaddockError('model-invalid', `the fake does not load ${modelPath}`, {
          userText: 'This file is no GGUF model.',
        });
      }
      model = { ...model, name: modelPath.replace(/^.*\//, '').replace(/\.gguf$/, ''), path: modelPath, isDemo: false };
      lastPrompts.clear();
      return model;
    },
    async close() {
      isClosed = true;
    },
  };
};
