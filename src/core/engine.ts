import type { ChatMessage, Prompt } from './prompt.ts';

/**
 * How the next token is chosen. Every value is optional; what is absent takes the default in
 * brackets. Names and meanings are llama.cpp's.
 */
export type Sampling = {
  /** Randomness; 0 always takes the likeliest token. [0.8] */
  readonly temperature?: number;
  /** Only the k likeliest tokens; 0 is off. [40] */
  readonly topK?: number;
  /** Only the likeliest tokens that together reach this probability; 1 is off. [0.95] */
  readonly topP?: number;
  /** Only tokens at least this share of the likeliest one's probability; 0 is off. [0.05] */
  readonly minP?: number;
  /** Divides the score of tokens seen in the last `repeatWindow`; 1 is off. [1.1] */
  readonly repeatPenalty?: number;
  /** How many of the last tokens the three penalties look at, in tokens; 0 is off. [64] */
  readonly repeatWindow?: number;
  /** Taken off the score of every token already in the window. [0] */
  readonly presencePenalty?: number;
  /** Taken off the score of a token for every time it is in the window. [0] */
  readonly frequencyPenalty?: number;
  /** DRY ("don't repeat yourself") penalty on repeated sequences; `strength` 0 is off. [off] */
  readonly dry?: { readonly strength: number; readonly base?: number; readonly allowedLength?: number; readonly window?: number };
  /** XTC ("exclude top choices"); `probability` 0 is off. [off] */
  readonly xtc?: { readonly probability: number; readonly threshold: number };
  /** Same seed, prompt and settings, same answer. [different every time] */
  readonly seed?: number;
};

/** One answer to generate. */
export type GenerateRequest = {
  readonly prompt: Prompt;
  /** Names the conversation, so that its evaluated state is found again. */
  readonly affinity: string;
  readonly sampling: Sampling;
  /** Most new tokens of the answer. */
  readonly outputTokensMax: number;
  /** Texts that end the answer and are not part of it. */
  readonly stopStrings: readonly string[];
  readonly signal: AbortSignal;
};

/** What an answer cost, in tokens. */
export type Usage = {
  /** The whole prompt. */
  readonly promptTokens: number;
  /** The part of the prompt that was evaluated before and taken from the slot. */
  readonly cachedTokens: number;
  /** The new tokens, the ending one not counted. */
  readonly outputTokens: number;
};

/**
 * Why an answer ended: the model's end token, a stop string, `outputTokensMax`, the end of the
 * context, or the abort signal.
 */
export type EndReason = 'end-token' | 'stop-string' | 'length' | 'context-full' | 'aborted';

/** What `generate` yields: any number of deltas, then exactly one end. */
export type GenerateEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'end'; readonly reason: EndReason; readonly usage: Usage };

/** What is known of the loaded model. */
export type ModelInfo = {
  /** The model's own name, or its file's. */
  readonly name: string;
  /** Absolute path of the file; absent with a remote engine. */
  readonly path?: string;
  /** True for the built-in demo model. */
  readonly isDemo: boolean;
  /** Most tokens of a prompt and its answer together. */
  readonly contextTokens: number;
  /** How many answers are generated at once. */
  readonly slots: number;
  /** Where the layers are: `cpu`, or the GPU's interface with the number of layers on it. */
  readonly device: string;
  readonly hasChatTemplate: boolean;
  readonly bosText: string;
  readonly eosText: string;
};

/** Tokens of a prompt with their kinds, as the engine will evaluate them. */
export type TokenisedPrompt = {
  readonly tokens: readonly number[];
  /** `control` for tokens that are control tokens, `text` for all others; as long as `tokens`. */
  readonly kinds: readonly ('text' | 'control')[];
};

/** Which Jinja template writes a chat, and with what. */
export type RenderChatOptions = {
  /** The template's own text, instead of the model's. */
  readonly template?: string;
  /** What messages call that template: its file. */
  readonly label?: string;
  /** One of several templates in the model's file, such as `tool_use` or `rag`. [default] */
  readonly name?: string;
  /** More variables for the template, such as `enable_thinking`, `tools` or `documents`. */
  readonly variables?: Readonly<Record<string, unknown>>;
};

/** The beginning of a prompt that will probably be asked for. */
export type PrefillRequest = Pick<GenerateRequest, 'prompt' | 'affinity' | 'signal'>;

/** How far reading ahead came, in tokens. */
export type PrefillResult = {
  readonly promptTokens: number;
  /** Of these, what is in the conversation's slot now. Fewer when a request came between, or the budget was spent. */
  readonly readTokens: number;
  /** What was evaluated for it. */
  readonly evaluatedTokens: number;
};

/**
 * Runs a language model. All failures are `PaddockError`s whose `userText` can be shown.
 * `start` may be called again after a failure; `generate` starts the engine when needed.
 */
export interface Engine {
  /** Loads the model (once); resolves when the first request can be served. */
  start(): Promise<ModelInfo>;
  /** What is loaded now; undefined before `start`, and while the engine comes back from a crash. */
  readonly model: ModelInfo | undefined;
  /** The exact tokens of each prompt, with the model's leading BOS where it wants one. */
  tokenise(prompts: readonly Prompt[]): Promise<readonly TokenisedPrompt[]>;
  /** The number of tokens of each prompt; cheaper than `tokenise`. */
  countTokens(prompts: readonly Prompt[]): Promise<readonly number[]>;
  /** A Jinja chat template applied to messages; rejects with `no-chat-template` if the model has none and none is given. */
  renderChat(messages: readonly ChatMessage[], options?: RenderChatOptions): Promise<Prompt>;
  /** Generates one answer. Aborting ends it early with reason `aborted` and frees its slot at once. */
  generate(request: GenerateRequest): AsyncIterable<GenerateEvent>;
  /**
   * Evaluates the beginning of a prompt into the conversation's slot while nobody waits for an answer,
   * so that less is left when one is asked for. It never starts the engine, and ends early rather
   * than wait for long. Absent where the engine has no slots of its own.
   */
  prefill?(request: PrefillRequest): Promise<PrefillResult>;
  /** Drops the evaluated state of a conversation, wherever it is kept. */
  forget(affinity: string): Promise<void>;
  /** Loads another model file; on failure the former one is loaded again and the error thrown. */
  use(modelPath: string): Promise<ModelInfo>;
  close(): Promise<void>;
}
