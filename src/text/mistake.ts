import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';

/** One thing that is wrong in a file (or the environment) that people write. */
export type Mistake = {
  /** The file as people name it, for example `config/paddock.yaml`. */
  readonly file: string;
  /** Counted from 1; absent when the mistake is the whole file's. */
  readonly position?: { readonly line: number; readonly column: number };
  /** The dotted name of what is wrong, for example `engine.slots`; empty for the file itself. */
  readonly path: string;
  /** What is wrong and what was expected, without a full stop. */
  readonly text: string;
};

/** `config/paddock.yaml:12:3  engine.slots: expected `auto` or a whole number of at least 1, got "two"`. */
export const mistakeLine = ({ file, position, path, text }: Mistake): string => {
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return `${place}  ${path === '' ? text : `${path}: ${text}`}`;
};

/** All mistakes as one `configuration-invalid` error, whose message has a line for each. */
export const mistakesError = (mistakes: readonly Mistake[]): PaddockError =>
  new PaddockError('configuration-invalid', mistakes.map(mistakeLine).join('\n'), {
    userText: sentence('configurationMistakes'),
  });
