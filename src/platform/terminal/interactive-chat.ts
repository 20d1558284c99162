import { createInterface, type Interface } from 'node:readline';
import { bounds } from '../../core/bounds.ts';
import type { ReplyPort } from '../../core/message.ts';
import { cleanText } from './clean-text.ts';
import { completeLine } from './complete.ts';
import { createKeyGate } from './key-gate.ts';
import { createLineHistory } from './line-history.ts';
import type { TerminalChat, TerminalChatOptions } from './options.ts';
import { createPaint } from './paint.ts';
import { createScreenPort } from './screen-port.ts';
import { createTalk, cutNotice, terminalConversation } from './talk.ts';
import { createTerminalSurface } from './terminal-surface.ts';
import { createWriter } from './write.ts';

/** Stands for a newline in the line being edited, which can only be one row of text. */
const newlineSign = '⏎';

/**
 * The chat in a terminal: a line to type in with history and completion, the answer printed as it
 * comes. Ctrl-C stops an answer; a second one, `/exit` or Ctrl-D leaves. The exit code is always 0.
 */
export const createInteractiveChat = (options: TerminalChatOptions): TerminalChat => {
  const { input, output, environment, logger } = options;
  const talk = createTalk(options);
  const paint = createPaint(environment);
  const canErase = environment.TERM !== 'dumb';
  const history = createLineHistory(options.historyFile, logger);
  const left = Promise.withResolvers<void>();
  let line: Interface | undefined;
  let isBusy = false;
  let isLeaving = false;
  /** After one Ctrl-C with nothing typed since: the next one leaves. */
  let isInterrupted = false;

  const leave = (): void => {
    if (isLeaving) return;
    isLeaving = true;
    if (isBusy) options.stopAnswers(terminalConversation);
    options.onLeave?.();
    line?.close();
    if (!isBusy) left.resolve();
  };
  const writer = createWriter(output, logger, leave);
  const print = (text: string): void => void writer.write(text);

  const gate = createKeyGate({
    input,
    isClosed: () => isBusy || isLeaving || line === undefined,
    onInterrupt: () => {
      if (isInterrupted) return leave();
      isInterrupted = true;
      options.stopAnswers(terminalConversation);
    },
    onKey: () => {
      isInterrupted = false;
    },
    onPaste: (text) => line?.write(asOneRow(text)),
    charactersMax: bounds.terminalTypeAheadCharactersMax,
  });

  const newPort = () => createScreenPort({ writer, paint, canErase, columns: () => output.columns ?? 80, newId: options.newId });
  /** Where appears what nobody at the terminal waits for, as when a scene goes on: in the place of the line being typed, which comes back below. */
  const unaskedPort = (): ReplyPort => {
    const isAtPrompt = !isBusy && !isLeaving && line !== undefined;
    if (isAtPrompt) print(canErase ? '\r\u001b[K' : '\n');
    const port = newPort();
    const end = (): void => {
      port.end();
      if (isAtPrompt && !isBusy && !isLeaving) line?.prompt(true);
    };
    return { ...port, end };
  };
  /** Where the command under way shows what it has to show. */
  let current: ReturnType<typeof newPort> | undefined;

  const answer = async (typed: string): Promise<void> => {
    const what = talk.read(typed.replaceAll(newlineSign, '\n'));
    if (what.kind === 'nothing') return;
    if (what.kind === 'leave') return leave();
    const port = newPort();
    if (what.kind === 'command') {
      current = port;
      const { text } = await talk.command(what.line, (progress) => void port.say(progress));
      if (text !== '') await port.say(text);
      current = undefined;
    } else {
      if (what.isCut) await port.notice(cutNotice);
      await talk.message(what.text, port);
      if (isInterrupted && !isLeaving) await port.notice('Stopped. Ctrl-C again leaves.');
    }
    port.end();
  };

  const onLine = (typed: string): void => {
    // At once, so that the gate holds what was typed behind this line.
    isBusy = true;
    isInterrupted = false;
    void answer(typed)
      .catch((error: unknown) => logger.error({ error }, 'a typed line could not be dealt with'))
      .then(() => {
        isBusy = false;
        if (isLeaving) return left.resolve();
        line?.prompt();
        gate.release();
      });
  };

  const onInterruptAtPrompt = (): void => {
    if (line !== undefined && line.line !== '') {
      line.write(null, { ctrl: true, name: 'e' });
      line.write(null, { ctrl: true, name: 'u' });
    } else if (isInterrupted) leave();
    else {
      isInterrupted = true;
      print(`\n${paint.quiet('Ctrl-C again leaves, and so do /exit and Ctrl-D.')}\n`);
      line?.prompt();
    }
  };

  const greet = async (): Promise<void> => {
    const greeting = await options.greeting?.().catch((error: unknown) => {
      logger.warn({ error }, 'the greeting could not be made');
      return '';
    });
    if (greeting && !isLeaving) print(`${paint.quiet(cleanText(greeting).trim())}\n`);
  };

  const serve = async (): Promise<void> => {
    const earlier = await history.load();
    // The greeting waits for the model; whoever leaves meanwhile does not.
    await Promise.race([greet().then(() => (isLeaving ? undefined : options.open?.(newPort()))), left.promise]);
    if (isLeaving) return;
    line = createInterface({
      input: gate.keys,
      output,
      terminal: true,
      prompt: `${paint.name(options.user)} › `,
      history: earlier,
      historySize: bounds.terminalHistory.entriesMax,
      removeHistoryDuplicates: true,
      completer: (typed: string, done: (error: null, completion: [string[], string]) => void) => {
        void completeLine(typed, options.commands, talk.context)
          .catch((error: unknown): [string[], string] => {
            logger.debug({ error }, 'a line could not be completed');
            return [[], typed];
          })
          .then((completion) => {
            // A closed readline takes no answer.
            if (!isLeaving) done(null, completion);
          });
      },
    });
    line.on('line', onLine);
    line.on('SIGINT', onInterruptAtPrompt);
    line.on('history', (lines: readonly string[]) => history.save(lines));
    line.on('close', leave);
    if (canErase) print('\u001b[?2004h');
    line.prompt();
    gate.release();
    await left.promise;
    print(`${canErase ? '\u001b[?2004l' : ''}\n`);
  };

  const serveAndClose = async (): Promise<number> => {
    try {
      await serve();
    } finally {
      line?.close();
      gate.close();
      await history.settled();
    }
    return 0;
  };

  let running: Promise<number> | undefined;
  return {
    // A command's own port is ended by whoever made it.
    answers: createTerminalSurface(() => (current === undefined ? unaskedPort() : { ...current, end: () => {} })),
    run() {
      running ??= serveAndClose();
      return running;
    },
    async close() {
      leave();
      await running;
    },
  };
};

/** A paste as it can stand in the line; terminals send its newlines as carriage returns. */
const asOneRow = (text: string): string =>
  cleanText(text.replace(/\r\n?/g, '\n'))
    .replace(/\n+$/, '')
    .replaceAll('\n', newlineSign)
    .slice(0, bounds.messageCharactersMax + 1);
