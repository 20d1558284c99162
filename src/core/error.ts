/** What can go wrong in a way that people should be told about. */
export type ErrorCode =
  | 'configuration-invalid'
  | 'model-missing'
  | 'model-invalid'
  | 'context-too-large'
  | 'engine-failed'
  | 'engine-closed'
  | 'prompt-too-long'
  | 'no-chat-template'
  | 'template-failed'
  | 'queue-full'
  | 'queue-user-full'
  | 'cancelled'
  | 'store-failed'
  | 'not-found'
  | 'not-allowed'
  | 'bad-input'
  | 'discord-refused'
  | 'delivery-failed';

/** An expected failure: what to tell the user, what to write in the log, and whether trying again can help. */
export class PaddockError extends Error {
  readonly code: ErrorCode;
  /** A sentence for the person who asked. Never holds paths, tokens or stack traces. */
  readonly userText: string;
  readonly isRetryable: boolean;

  /** @param message for the log: the cause and, where there is one, the setting to change. */
  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly userText: string; readonly isRetryable?: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PaddockError';
    this.code = code;
    this.userText = options.userText;
    this.isRetryable = options.isRetryable ?? false;
  }
}

/** The sentence to show for any failure; unexpected ones get a general one. */
export const userTextOf = (error: unknown): string =>
  error instanceof PaddockError
    ? error.userText
    : 'Something went wrong on my side. The people who run me can find the cause in the log.';
