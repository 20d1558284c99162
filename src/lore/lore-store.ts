import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';

/** What attachments, timed effects and owners are kept in; a Keyv is one. */
export type LoreStore = {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<boolean>;
};

/** For `catch`: a store that fails, as something people can be told. */
export const storeFailed = (cause: unknown): never => {
  throw new PaddockError('store-failed', 'lore could not be read from the store or written to it', {
    userText: sentence('loreUnreachable'),
    isRetryable: true,
    cause,
  });
};
