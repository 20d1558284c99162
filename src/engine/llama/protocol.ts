import type {
  EndReason,
  GenerateRequest,
  ModelInfo,
  PrefillRequest,
  PrefillResult,
  RenderChatOptions,
  TokenisedPrompt,
  Usage,
} from '../../core/engine.ts';
import type { ErrorCode } from '../../core/error.ts';
import type { ChatMessage, Prompt } from '../../core/prompt.ts';
import type { Sentence } from '../../core/sentence.ts';

/**
 * What the engine's parent and its child process say to each other over Node's IPC channel.
 * The child runs the native library, so that a crash there does not end the bot.
 */

/** How a model is loaded; the settings `engine.*` of the configuration. */
export type LlamaSettings = {
  /** Absolute path of the GGUF file. */
  readonly modelPath: string;
  /** True for the built-in demo model. */
  readonly isDemo: boolean;
  /** Layers on the GPU: as many as fit with the context, all, or a number; 0 keeps the GPU out. */
  readonly gpuLayers: 'auto' | 'max' | number;
  /** Context of one slot, in tokens. */
  readonly contextTokens: number;
  /** Nobody asked for that context in particular: it is halved until it fits the memory. */
  readonly isContextAuto: boolean;
  /** Most tokens in one native batch; `auto` takes more on a GPU. */
  readonly batchTokens: 'auto' | number;
  /** Compute threads; `auto` leaves a core to the bot. */
  readonly threads: 'auto' | number;
  readonly flashAttention: 'auto' | boolean;
  /** Conversations evaluated at once; `auto` is what the memory has room for, within reason. */
  readonly slots: 'auto' | number;
  /** How the keys and values of evaluated tokens are stored; less exact ones take less memory. [f16] */
  readonly keyCacheType?: CacheType;
  readonly valueCacheType?: CacheType;
  /** Absolute path of the folder for the states of conversations without a slot; without it none are kept. */
  readonly stateFolder?: string;
  /** Of all files in it together; 0 keeps none. [0] */
  readonly stateBytesMax?: number;
  /** `faster`: a kept state is used where that was measured to be faster than evaluating. `always` is for tests, which must not depend on it. [faster] */
  readonly restoreWhen?: 'faster' | 'always';
  /** Whether what follows is guessed, from repetitions in the text or by a small model, and checked several tokens at once. [off] */
  readonly speculation?: 'off' | 'prompt-lookup' | 'draft';
  /** Absolute path of the small model for `draft`. */
  readonly draftModel?: string;
  /** Most tokens evaluated before anybody asks; 0 is off. [0] */
  readonly prefillTokensPerMinute?: number;
};

export type CacheType = 'f16' | 'q8_0' | 'q4_0';

/** A generation as it crosses the channel; aborting is a message of its own. */
export type RemoteGenerateRequest = Omit<GenerateRequest, 'signal'>;

export type RemotePrefillRequest = Omit<PrefillRequest, 'signal'>;

/** What can be asked of the child, with what it answers. */
export type Calls = {
  load: { readonly argument: LlamaSettings; readonly result: ModelInfo };
  tokenise: { readonly argument: readonly Prompt[]; readonly result: readonly TokenisedPrompt[] };
  countTokens: { readonly argument: readonly Prompt[]; readonly result: readonly number[] };
  renderChat: {
    readonly argument: { readonly messages: readonly ChatMessage[]; readonly options: RenderChatOptions };
    readonly result: Prompt;
  };
  generate: { readonly argument: RemoteGenerateRequest; readonly result: { readonly reason: EndReason; readonly usage: Usage } };
  prefill: { readonly argument: RemotePrefillRequest; readonly result: PrefillResult };
  forget: { readonly argument: string; readonly result: null };
  /** Before the process is ended: writes the states of all slots, within `bounds.keptStates.closeMsMax`. */
  keepAll: { readonly argument: null; readonly result: null };
};

export type CallName = keyof Calls;

/** Parent to child. */
export type ToChild =
  | {
      readonly [Name in CallName]: {
        readonly type: 'call';
        readonly id: number;
        readonly name: Name;
        readonly argument: Calls[Name]['argument'];
      };
    }[CallName]
  | { readonly type: 'abort'; readonly id: number };

/** An expected failure in the child, to be made a `PaddockError` in the parent. */
export type RemoteError = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly userText: string;
  readonly sentence?: Sentence;
  readonly isRetryable: boolean;
};

/** Child to parent. */
export type ToParent =
  | { readonly type: 'text-delta'; readonly id: number; readonly text: string }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: RemoteError }
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string };
