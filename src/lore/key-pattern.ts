import { RE2JS } from 're2js';
import { bounds } from '../core/bounds.ts';
import { translatePattern } from './pattern-syntax.ts';

/** A key that is a regular expression, ready to search in linear time. */
export type KeyPattern = {
  /** Compiled instructions: what searching one character can cost at most. */
  readonly size: number;
  test(text: string): boolean;
};

/** A compiled key, or a sentence (without a full stop) that says what is wrong with it. */
export type CompiledPattern = {
  /** Instructions that compiling came to, also of what then was too large. */
  readonly size: number;
} & ({ readonly pattern: KeyPattern; readonly problem?: never } | { readonly pattern?: never; readonly problem: string });

/** The body and flags of `/body/flags`; undefined for every other key, which then is plain text. */
export const slashed = (key: string): { readonly body: string; readonly flags: string } | undefined => {
  const match = /^\/(.+)\/([dgimsuvy]*)$/s.exec(key);
  const [, body, flags = ''] = match ?? [];
  // As in a script, a slash inside has to be escaped: `/a/b/` is a path rather than a pattern.
  return body === undefined || /(?:^|[^\\])(?:\\\\)*\//.test(body) ? undefined : { body, flags };
};

/**
 * Compiles a regular expression in JavaScript's syntax. Of the flags `i`, `m` and `s` change what is
 * found; the others change nothing about whether something is found.
 */
export const compilePattern = (body: string, flags: string): CompiledPattern => {
  const { patternCharactersMax, patternSizeMax } = bounds.lorebook;
  if (body.length > patternCharactersMax) return { size: 0, problem: `is longer than ${patternCharactersMax} characters` };
  const translation = translatePattern(body.normalize('NFC'), flags.includes('s'));
  if (translation.problem !== undefined) return { size: 0, problem: translation.problem };
  try {
    const options = (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('m') ? RE2JS.MULTILINE : 0);
    const compiled = RE2JS.compile(translation.pattern, options);
    const size = compiled.programSize();
    if (size > patternSizeMax) return { size, problem: tooMuch };
    return {
      size,
      pattern: {
        size,
        test: (text) => {
          const isFound = compiled.test(text);
          // Its cache of states may hold megabytes for a contrived pattern, and there may be a thousand of these.
          if (size > 40) compiled.reset();
          return isFound;
        },
      },
    };
  } catch (error) {
    const reason = reasonOf(error);
    return { size: 0, problem: reason.startsWith('invalid repeat count') ? tooMuch : `is no regular expression (${reason})` };
  }
};

const tooMuch = 'repeats too much; write smaller numbers in {…}';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^error parsing regexp: /, '').slice(0, 120) : 'unknown reason';
