/** What ends up in a terminal as something else than itself: control and direction characters. */
const special = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const codes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' };

/** The text with everything that could forge a line or steer a terminal made visible. */
export const visible = (text: string): string =>
  text.replace(special, (character) => codes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A JSON line in which no character steers a terminal; it means the same. */
export const plainJson = (line: string): string =>
  line.replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const colours: Readonly<Record<string, string>> = { debug: '90', info: '36', warn: '33', error: '31' };

/**
 * A line of pino's JSON as people read it: `14:03:27.120 WARN  slow answer waitMs=1200`. The stack of an unexpected
 * error follows, indented, so that no line but the first begins at the margin.
 *
 * @param options.timeZone for tests; the machine's otherwise
 */
export const prettyLine = (json: string, options: { readonly hasColours: boolean; readonly timeZone?: string }): string => {
  const { time, level, message, ...fields } = JSON.parse(json) as {
    readonly time: string;
    readonly level: string;
    readonly message: string;
    readonly [name: string]: unknown;
  };
  const clock = new Date(time).toLocaleTimeString('en-GB', {
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
    hour12: false,
    fractionalSecondDigits: 3,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const label = level.toUpperCase().padEnd(5);
  const colour = options.hasColours ? colours[level] : undefined;
  const stacks: string[] = [];
  const pairs = Object.entries(fields).map(([name, value]) => ` ${visible(name)}=${valueText(value, stacks)}`);
  const head = `${clock} ${colour === undefined ? label : `\x1b[${colour}m${label}\x1b[0m`} ${visible(message)}${pairs.join('')}\n`;
  return head + stacks.map((line) => `    ${visible(line)}\n`).join('');
};

const valueText = (value: unknown, stacks: string[]): string => {
  if (isError(value)) return errorText(value, stacks);
  if (typeof value !== 'string') return visible(JSON.stringify(value));
  return /^[^\s"=]+$/.test(value) ? visible(value) : visible(JSON.stringify(value));
};

type LoggedError = { readonly type: string; readonly message: string; readonly stack?: string; readonly cause?: unknown };

const isError = (value: unknown): value is LoggedError & { readonly code?: string } =>
  typeof value === 'object' && value !== null && 'type' in value && 'message' in value;

/** `"the message" (CODE) because "the cause's message"`, down the chain. */
const errorText = (error: LoggedError & { readonly code?: string }, stacks: string[]): string => {
  // An expected failure says all in its message; where it was thrown helps nobody.
  if (error.type !== 'PaddockError' && error.stack !== undefined) stacks.push(...error.stack.split('\n'));
  const own = `${visible(JSON.stringify(error.message))}${error.code === undefined ? '' : ` (${visible(error.code)})`}`;
  return error.cause === undefined ? own : `${own} because ${valueText(error.cause, stacks)}`;
};
