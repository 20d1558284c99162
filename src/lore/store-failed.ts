import { sentence } from '../core/sentence.ts';
import { storeFailure } from '../kept/kept-values.ts';

/** Attachments, timed effects or owners of books could not be read or written. */
export const storeFailed = storeFailure('lore could not be read from the store or written to it', sentence('loreUnreachable'));
