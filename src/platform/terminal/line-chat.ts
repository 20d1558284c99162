import { bounds } from '../../core/bounds.ts';
import { PaddockError } from '../../core/error.ts';
import type { ReplyPort } from '../../core/message.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import type { TerminalChat, TerminalChatOptions } from './options.ts';
import { readLines } from './read-lines.ts';
import { createTalk, cutNotice, terminalConversation } from './talk.ts';
import { createTerminalSurface } from './terminal-surface.ts';
import { createWriter } from './write.ts';

/**
 * The chat without a terminal, for pipes and scripts: every line of the input is answered in order,
 * each answer whole and followed by a newline. Standard output holds answers and the replies of
 * commands only; notices, refused commands and failures go to standard error. The exit code is 0 at
 * the end of the input, whatever became of the single lines, and 1 when the input can't be read.
 */
export const createLineChat = (options: TerminalChatOptions): TerminalChat => {
  const { input, logger } = options;
  const talk = createTalk(options);
  const closing = Promise.withResolvers<void>();
  let isClosing = false;

  const stop = (): void => {
    if (isClosing) return;
    isClosing = true;
    closing.resolve();
    options.stopAnswers(terminalConversation);
    options.onLeave?.();
  };
  const output = createWriter(options.output, logger, stop);
  const errors = createWriter(options.errors, logger, () => {});

  const answer = async (text: string): Promise<boolean> => text !== '' && (await output.write(`${text}\n`));
  const notice = async (text: string): Promise<void> => {
    if (!output.isGone) await errors.write(`${cleanText(text).trim()}\n`);
  };

  const newPort = (): ReplyPort => {
    let label = '';
    return {
      begin({ look }) {
        // Who is one of several is named; one alone need not be.
        label = look === undefined ? '' : `${cleanLine(look.name)}: `;
      },
      // Only the final text is certain, and what reads a pipe can't take anything back.
      show() {},
      async finish(text) {
        const clean = cleanText(text).trim();
        if (clean === '') await notice('The answer has no visible text.');
        else if (!(await answer(label + clean))) {
          throw new PaddockError('cancelled', 'standard output is closed', { userText: 'There is nobody left to answer.' });
        }
        return [options.newId()];
      },
      notice,
      end() {},
    };
  };

  /** Deals with one line; false when it ends the chat. */
  const handle = async (line: { readonly text: string; readonly isCut: boolean }): Promise<boolean> => {
    const typed = talk.read(line.text);
    if (typed.kind === 'leave') return false;
    if (typed.kind === 'nothing') return true;
    if (typed.kind === 'command') {
      const { text, isFailure } = await talk.command(typed.line, (text) => void notice(text));
      await (isFailure ? notice(text) : answer(text));
    } else {
      if (line.isCut || typed.isCut) await notice(cutNotice);
      await talk.message(typed.text, newPort());
    }
    return true;
  };

  const serve = async (): Promise<number> => {
    const lines = readLines(input, bounds.messageCharactersMax);
    const closed = closing.promise.then(() => ({ done: true, value: undefined }) as const);
    try {
      await options.open?.(newPort());
      for (;;) {
        const next = await Promise.race([lines.next(), closed]);
        if (next.done || isClosing || !(await handle(next.value))) break;
      }
    } catch (error) {
      logger.error({ error }, 'the input cannot be read');
      return 1;
    } finally {
      input.destroy?.();
    }
    return 0;
  };

  let running: Promise<number> | undefined;
  return {
    answers: createTerminalSurface(newPort),
    run() {
      running ??= serve();
      return running;
    },
    async close() {
      stop();
      await running;
    },
  };
};
