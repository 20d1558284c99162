import { inEnglish, type Sentence, sentence } from './sentence.ts';

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
  /** A sentence for the person who asked, in English where it can be said in other languages. Never holds paths, tokens or stack traces. */
  readonly userText: string;
  /** The same before it is put in words; absent where the words are all there is. `userTextIn` of locale/ says it in a language. */
  readonly sentence?: Sentence;
  readonly isRetryable: boolean;

  /**
   * @param message for the log: the cause and, where there is one, the setting to change.
   * @param options.userText a text is said as it is, in whatever language.
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly userText: string | Sentence; readonly isRetryable?: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PaddockError';
    this.code = code;
    const { userText } = options;
    this.userText = typeof userText === 'string' ? userText : inEnglish(userText);
    if (typeof userText !== 'string') this.sentence = userText;
    this.isRetryable = options.isRetryable ?? false;
  }
}

/** What to say of any failure: unexpected ones get a general sentence. A text is said as it is. */
export const userSentenceOf = (error: unknown): Sentence | string =>
  error instanceof PaddockError ? (error.sentence ?? error.userText) : sentence('unexpected');

/** The same in English. */
export const userTextOf = (error: unknown): string => inEnglish(userSentenceOf(error));
