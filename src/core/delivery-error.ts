import { type ErrorCode, PaddockError } from './error.ts';

/** An answer that could not be delivered whole. Part of it may stand in the chat all the same. */
export class DeliveryError extends PaddockError {
  /** Platform ids of the messages that carry a beginning of the answer, in reading order; empty when nothing stands there. */
  readonly deliveredIds: readonly string[];

  /** @param message for the log. */
  constructor(
    code: ErrorCode,
    message: string,
    options: ConstructorParameters<typeof PaddockError>[2] & { readonly deliveredIds: readonly string[] },
  ) {
    super(code, message, options);
    this.name = 'DeliveryError';
    this.deliveredIds = options.deliveredIds;
  }
}
