import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';

/** Gathers what is wrong in several kinds of files, so that all of it is told at once. */
export interface Findings {
  /** What the work gives; undefined when it found mistakes (`configuration-invalid`). Rejects with all other errors. */
  of<Value>(work: () => Value | Promise<Value>): Promise<Value | undefined>;
  /** All mistakes as one error, each line of them once. */
  error(): PaddockError;
}

export const createFindings = (): Findings => {
  const found: PaddockError[] = [];
  return {
    async of(work) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof PaddockError) || error.code !== 'configuration-invalid') throw error;
        found.push(error);
        return undefined;
      }
    },
    error() {
      const [first, ...others] = found;
      if (first !== undefined && others.length === 0) return first;
      const lines = new Set(found.map(({ message }) => message));
      return new PaddockError('configuration-invalid', [...lines].join('\n'), {
        userText: sentence('configurationMistakes'),
      });
    },
  };
};
