import { bounds } from '../core/bounds.ts';
import { isSecretName } from './redact.ts';

/** What may be handed to JSON: bounded, acyclic, without secrets. */
export type Loggable = string | number | boolean | null | readonly Loggable[] | { readonly [name: string]: Loggable };

/** An error as it stands in the log. */
export type LoggableError = {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  /** The lines of the stack that name places, without the message, which the stack repeats. */
  readonly stack?: string;
  readonly cause?: Loggable;
  readonly errors?: Loggable;
};

/**
 * Turns any value into what can be logged. Of errors only the parts that are listed above are taken:
 * the request bodies that some libraries hang on them hold what people said.
 */
export const createLoggable = (redact: (text: string) => string): ((value: unknown) => Loggable) => {
  const { valueCharactersMax, depthMax, entriesMax } = bounds.log;

  // Cut generously before and exactly after redaction, so that no secret escapes by being cut in two.
  const textOf = (text: string): string => {
    const clean = redact(text.slice(0, 2 * valueCharactersMax));
    return clean.length > valueCharactersMax ? `${clean.slice(0, valueCharactersMax)}…`.toWellFormed() : clean.toWellFormed();
  };

  const errorOf = (error: Error, around: readonly object[]): LoggableError => {
    const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown };
    const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    return {
      type: textOf(error.name),
      message: textOf(error.message),
      ...(typeof code === 'string' || typeof code === 'number' ? { code: textOf(String(code)) } : {}),
      ...(places.length === 0 ? {} : { stack: textOf(places.map((line) => line.trim()).join('\n')) }),
      ...(error.cause === undefined ? {} : { cause: loggable(error.cause, around) }),
      ...(Array.isArray(errors) ? { errors: loggable(errors, around) } : {}),
    };
  };

  const loggable = (value: unknown, around: readonly object[]): Loggable => {
    if (typeof value === 'string') return textOf(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null;
    if (typeof value !== 'object') return textOf(String(value));
    if (around.includes(value)) return '[circular]';
    if (around.length >= depthMax) return '[…]';
    const inside = [...around, value];
    if (value instanceof Error) return errorOf(value, inside);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof URL) return textOf(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) {
      const items = value.slice(0, entriesMax).map((item) => loggable(item, inside));
      return value.length > entriesMax ? [...items, `… ${value.length - entriesMax} more`] : items;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined && typeof inner !== 'function')
        .slice(0, entriesMax)
        .map(([name, inner]) => [
          textOf(name),
          isSecretName(name) && !isHarmless(inner) ? '[redacted]' : loggable(inner, inside),
        ]),
    );
  };

  return (value) => {
    try {
      return loggable(value, []);
    } catch {
      // A getter or proxy that throws must not turn a log line into a failure.
      return '[unreadable]';
    }
  };
};

/** Numbers and the like under a secret's name are no secrets: `token: 42` is a token of the model. */
const isHarmless = (value: unknown): boolean => value === null || typeof value === 'number' || typeof value === 'boolean';
