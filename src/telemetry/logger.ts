import { isatty } from 'node:tty';
import { destination as openDestination, pino } from 'pino';
import type { Logger } from '../core/logger.ts';
import { createLoggable } from './loggable.ts';
import { plainJson, prettyLine } from './pretty-line.ts';
import { createRedact } from './redact.ts';

/** Where log lines go; `write` has written when it returns. */
export type LogDestination = { readonly isTerminal: boolean; write(text: string): void };

/**
 * The bot's log, on standard error: standard output belongs to the chat. Written synchronously, so
 * that nothing is lost at the end. Secrets and control characters never reach it.
 *
 * @param options.format `auto` is `pretty` in a terminal, `json` elsewhere
 * @param options.secrets values that are taken out wherever they appear, such as the bot's token
 * @param options.hasColours whether a terminal gets colours [true]
 * @param options.now the clock, in milliseconds since 1970 [Date.now]
 * @param options.timeZone of the times in the pretty format [the machine's]
 */
export const createLogger = (options: {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'auto' | 'pretty' | 'json';
  readonly destination?: LogDestination;
  readonly secrets?: readonly string[];
  readonly hasColours?: boolean;
  readonly now?: () => number;
  readonly timeZone?: string;
}): Logger => {
  const { level, destination = standardError(), now = Date.now, timeZone } = options;
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && destination.isTerminal);
  const hasColours = (options.hasColours ?? true) && destination.isTerminal;
  const format = (line: string): string =>
    isPretty ? prettyLine(line, { hasColours, ...(timeZone === undefined ? {} : { timeZone }) }) : plainJson(line);

  const loggable = createLoggable(createRedact(options.secrets ?? []));
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {},
    },
    { write: (line: string) => destination.write(format(line)) },
  );

  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (!logger.isLevelEnabled(level)) return;
    logger[level](fieldsOf(loggable(fields instanceof Error ? { error: fields } : fields)), String(loggable(message)));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/** Fields that bear the names of the line's own would be there twice, so they get another. */
const fieldsOf = (value: unknown): object =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [/^(?:time|level|message)$/.test(name) ? `${name}_` : name, inner]),
      )
    : { value };

const standardError = (): LogDestination => {
  const stream = openDestination({ dest: 2, sync: true });
  // Whoever read the log is gone; that must not end the bot.
  stream.on('error', () => {});
  return { isTerminal: isatty(2), write: (text) => void stream.write(text) };
};
