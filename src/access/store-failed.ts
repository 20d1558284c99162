import { sentence } from '../core/sentence.ts';
import { storeFailure } from '../kept/kept-values.ts';

/** Who may use the bot, who opted out and who spoke where could not be read or written. */
export const storeFailed = storeFailure(
  'what is kept of users and servers could not be read or written',
  sentence('memoryUnreachable'),
);
