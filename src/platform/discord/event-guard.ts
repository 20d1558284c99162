import type { Logger } from '../../core/logger.ts';
import { contentFreeFields } from './failures.ts';

/** Which event it is: its type and, where it has one, the id of what it is about. Never what it says. */
export type EventLabel = { readonly event: string; readonly id?: string };

/** Keeps what fails in the handling of one event from reaching another one, or the process. */
export interface EventGuard {
  /** Calls `work`; when it throws or rejects, that is one line in the log. */
  run(label: EventLabel, work: () => unknown): void;
  /** Writes that line. */
  report(label: EventLabel, error: unknown): void;
}

export const createEventGuard = (logger: Logger): EventGuard => {
  const report = (label: EventLabel, error: unknown): void =>
    logger.error({ ...label, ...contentFreeFields(error) }, 'an event of Discord could not be handled');
  return {
    report,
    run: (label, work) => {
      try {
        Promise.resolve(work()).catch((error: unknown) => report(label, error));
      } catch (error) {
        report(label, error);
      }
    },
  };
};

/** Labels anything that has an id. The text of an event is hostile, so that only what is an id is taken for one. */
export const labelOf = (event: unknown, subject: unknown): EventLabel => {
  const id = typeof subject === 'object' && subject !== null && 'id' in subject ? subject.id : undefined;
  return {
    event: typeof event === 'string' && /^\w{1,60}$/.test(event) ? event : 'unknown',
    ...(typeof id === 'string' && /^\d{1,20}$/.test(id) ? { id } : {}),
  };
};
