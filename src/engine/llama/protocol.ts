import type { EndReason, GenerateRequest, ModelInfo, RenderChatOptions, TokenisedPrompt, Usage } from '../../core/engine.ts';
import type { ErrorCode } from '../../core/error.ts';
import type { ChatMessage, Prompt } from '../../core/prompt.ts';

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
  /** Most tokens in one native batch. */
  readonly batchTokens: number;
  /** Compute threads; `auto` leaves a core to the bot. */
  readonly threads: 'auto' | number;
  readonly flashAttention: 'auto' | boolean;
  /** Conversations evaluated at once. */
  readonly slots: number;
};

/** A generation as it crosses the channel; aborting is a message of its own. */
export type RemoteGenerateRequest = Omit<GenerateRequest, 'signal'>;

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
  forget: { readonly argument: string; readonly result: null };
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
  readonly isRetryable: boolean;
};

/** Child to parent. */
export type ToParent =
  | { readonly type: 'text-delta'; readonly id: number; readonly text: string }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: RemoteError }
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string };
