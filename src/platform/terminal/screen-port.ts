import { bounds } from '../../core/bounds.ts';
import type { Speaker } from '../../core/conversation.ts';
import { PaddockError } from '../../core/error.ts';
import type { ReplyPort } from '../../core/message.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import type { Paint } from './paint.ts';
import { createShownText } from './shown-text.ts';
import type { Writer } from './write.ts';

export type ScreenPortOptions = {
  readonly writer: Writer;
  readonly paint: Paint;
  /** Width of the terminal; the sign of waiting is only shown where it can be taken back. */
  columns(): number;
  /** False for terminals without cursor movement. */
  readonly canErase: boolean;
  newId(): string;
};

const eraseRow = '\r\u001b[K';

/** Where the answer to one typed line appears: printed as it comes, behind the speaker's name. */
export const createScreenPort = (options: ScreenPortOptions): ReplyPort & { say(text: string): Promise<void> } => {
  const { writer, paint } = options;
  const shown = createShownText();
  let label = '';
  /** What the cursor's row holds: nothing, a sign of waiting that can be erased, or a part of the answer. */
  let row: 'empty' | 'waiting' | 'answer' = 'empty';

  const showWaiting = (labelWidth: number): void => {
    // A row that wraps can't be erased as one.
    if (!options.canErase || labelWidth + 2 >= options.columns()) return;
    void writer.write(`${row === 'waiting' ? eraseRow : ''}${label}${paint.quiet('…')}`);
    row = 'waiting';
  };
  const openAnswer = (): string => {
    if (row === 'answer') return '';
    const opening = (row === 'waiting' ? eraseRow : '') + label;
    row = 'answer';
    return opening;
  };
  const closeRow = (): string => {
    const closing = { empty: '', waiting: eraseRow, answer: '\n' }[row];
    row = 'empty';
    return closing;
  };
  const say = async (text: string): Promise<void> => {
    await writer.write(`${closeRow()}${text}\n`);
  };

  showWaiting(0);
  return {
    say: (text) => say(cleanText(text).trim()),
    notice: (text) => say(paint.notice(cleanText(text).trim())),
    begin(speaker: Speaker) {
      const name = cleanLine(speaker.name).slice(0, bounds.nameCharactersMax);
      label = `${paint.name({ ...speaker, name })} › `;
      // Twice the length: a character may be two columns wide.
      showWaiting(2 * name.length + 3);
    },
    show(text) {
      const rest = shown.show(text);
      if (rest !== '') void writer.write(openAnswer() + rest);
    },
    async finish(text) {
      const { text: rest, isCorrection } = shown.finish(text);
      const opening = isCorrection ? `${closeRow()}${paint.quiet('The answer was changed to:')}\n${openAnswer()}` : openAnswer();
      if (!(await writer.write(`${opening}${rest}${closeRow()}`))) {
        throw new PaddockError('cancelled', 'the terminal is gone', { userText: 'There is nobody left to answer.' });
      }
      return [options.newId()];
    },
    end() {
      const closing = closeRow();
      if (closing !== '') void writer.write(closing);
    },
  };
};
