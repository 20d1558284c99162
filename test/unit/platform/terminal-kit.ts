import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Command } from '../../../src/core/command.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../../src/core/message.ts';
import type { TerminalChat, TerminalChatOptions } from '../../../src/platform/terminal/options.ts';
import { terminalUser } from '../../../src/platform/terminal/talk.ts';
import { createTerminalChat } from '../../../src/platform/terminal/terminal-chat.ts';

export const robin = { id: 'persona:robin', name: 'Robin' };

/** An answer that does as a turn does: begins, shows the text piece by piece, finishes, ends. */
export const answerWith = async (port: ReplyPort, pieces: readonly string[]): Promise<void> => {
  port.begin(robin);
  let text = '';
  for (const piece of pieces) {
    text += piece;
    port.show(text);
  }
  await port.finish(text);
  port.end();
};

/** An answer in parts that the test lets come one by one, and that a stop ends early. */
export type SlowAnswer = { readonly port: ReplyPort; piece(text: string): void; end(): void };

const commands: readonly Command[] = [
  {
    name: 'echo',
    description: 'Say it again',
    options: [
      {
        name: 'text',
        description: 'What to say',
        choices: async (_context, typed) =>
          ['Robin', 'Romy'].filter((name) => name.toLowerCase().startsWith(typed.toLowerCase())),
      },
    ],
    rank: 'owner',
    run: async (context, { text }) => ({ text: `${context.conversation} ${context.user.id}: ${text}`, isPrivate: true }),
  },
  { name: 'help', description: 'Help', options: [], rank: 'everyone', run: async () => ({ text: '/echo', isPrivate: true }) },
];

export type TestTerminal = {
  readonly chat: TerminalChat;
  readonly running: Promise<number>;
  readonly input: PassThrough;
  readonly output: PassThrough;
  readonly messages: readonly IncomingMessage[];
  /** How often answers were told to stop. */
  readonly stops: () => number;
  readonly printed: () => string;
  readonly noticed: () => string;
  /** Types keys, and waits until the output holds a text that was not there before; fails when the chat ends first. */
  type(keys: string, expected: string): Promise<void>;
  /** Waits until the output since the last wait holds a text. */
  wait(expected: string): Promise<void>;
};

/**
 * The chat on streams in place of a terminal or a pipe. `onMessage` answers; with `slow` each answer
 * is handed to the test, which lets it come in its own time.
 */
export const startTerminal = (
  given: Partial<TerminalChatOptions> & { readonly isTTY?: boolean; readonly slow?: (answer: SlowAnswer) => void } = {},
): TestTerminal => {
  const input = Object.assign(new PassThrough(), { isTTY: given.isTTY ?? false, setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { isTTY: given.isTTY ?? false, columns: 80 });
  const errors = new PassThrough();
  const messages: IncomingMessage[] = [];
  let printed = '';
  let noticed = '';
  let seen = 0;
  let stops = 0;
  let stop: () => void = () => {};
  output.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  errors.setEncoding('utf8').on('data', (text: string) => {
    noticed += text;
  });

  const onMessage = async (message: IncomingMessage, port: ReplyPort): Promise<void> => {
    messages.push(message);
    if (given.slow === undefined) return (given.onMessage ?? ((m, p) => answerWith(p, [`You said: ${m.text}`])))(message, port);
    const ended = Promise.withResolvers<void>();
    let text = '';
    stop = ended.resolve;
    port.begin(robin);
    given.slow({
      port,
      piece(piece) {
        text += piece;
        port.show(text);
      },
      end: ended.resolve,
    });
    await ended.promise;
    if (text !== '') await port.finish(text);
    port.end();
  };

  let ids = 0;
  const chat = createTerminalChat({
    errors,
    environment: { NO_COLOR: '1' },
    user: terminalUser('ash'),
    commands,
    logger: silentLogger satisfies Logger,
    now: () => 5,
    newId: () => `id-${ids++}`,
    ...given,
    input,
    output,
    onMessage,
    stopAnswers(conversation) {
      stops += 1;
      if (given.stopAnswers === undefined) stop();
      else given.stopAnswers(conversation);
    },
  });
  const running = chat.run();
  let hasEnded = false;
  void running.then(() => {
    hasEnded = true;
    output.emit('data', '');
  });

  const wait = async (expected: string): Promise<void> => {
    for (;;) {
      const at = printed.indexOf(expected, seen);
      if (at !== -1) {
        seen = at + expected.length;
        return;
      }
      if (hasEnded)
        throw new Error(`the chat ended before it printed ${JSON.stringify(expected)}: ${JSON.stringify(printed.slice(seen))}`);
      await once(output, 'data');
    }
  };

  return {
    chat,
    running,
    input,
    output,
    messages,
    stops: () => stops,
    printed: () => printed,
    noticed: () => noticed,
    wait,
    async type(keys, expected) {
      input.write(keys);
      await wait(expected);
    },
  };
};

/** A chat whose answers the test lets come; `next` gives the next one. */
export const startSlow = (given: Partial<TerminalChatOptions> = {}): TestTerminal & { next(): Promise<SlowAnswer> } => {
  const waiting: SlowAnswer[] = [];
  let tell: () => void = () => {};
  const terminal = startTerminal({
    ...given,
    isTTY: true,
    slow: (answer) => {
      waiting.push(answer);
      tell();
    },
  });
  return {
    ...terminal,
    async next() {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      }
      return waiting.shift() as SlowAnswer;
    },
  };
};
