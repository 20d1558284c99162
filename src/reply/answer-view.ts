import { createCodeTracker } from './code-tracker.ts';

/** What becomes of thoughts: left out, shown as a spoiler of Discord's (`||…||`), or as a quotation. */
export type Reasoning = 'hide' | 'spoiler' | 'show';

/** A text put together of pieces, to which everything is only ever added at the end. */
export interface AnswerView {
  answer(text: string): void;
  thought(text: string): void;
  thoughtEnd(): void;
  /** What follows begins a new paragraph. */
  paragraph(): void;
  /** The text so far, without white space at its end. */
  readonly text: string;
}

/**
 * Puts answer and thoughts together as people see them: each a block of its own, with a blank line
 * between, and no white space around. With hidden thoughts there is only the answer, as it was written.
 */
export const createAnswerView = (reasoning: Reasoning): AnswerView => {
  let text = '';
  let block: 'answer' | 'thought' | undefined;
  let white = ''; // after what is visible of the block
  let last = ''; // the last visible character; reading it from the growing text would copy that
  let code = createCodeTracker(); // of a quoted thought

  const add = (kind: 'answer' | 'thought', piece: string): void => {
    const end = piece.trimEnd().length;
    if (end === 0) {
      if (kind === block) white += piece;
      return;
    }
    const isNew = kind !== block;
    if (isNew) open(kind);
    const visible = isNew ? piece.slice(0, end).trimStart() : white + piece.slice(0, end);
    text += kind === 'answer' ? visible : asThought(visible);
    white = piece.slice(end);
    last = piece.charAt(end - 1);
  };

  const open = (kind: 'answer' | 'thought'): void => {
    close();
    if (text !== '') text += '\n\n';
    if (kind === 'thought') text += reasoning === 'spoiler' ? '||' : '> ';
    block = kind;
    code = createCodeTracker();
  };

  const close = (): void => {
    // A bar or backslash just before the closing bars would be taken for part of them.
    if (block === 'thought' && reasoning === 'spoiler') text += last === '|' || last === '\\' ? ' ||' : '||';
    if (block === 'thought' && reasoning === 'show' && code.isFenced) text += '\n> ```';
    block = undefined;
    white = '';
  };

  const asThought = (piece: string): string => {
    // Bars would end the spoiler, and an open code block would swallow its end.
    if (reasoning === 'spoiler') return piece.replace(/[|`]/g, '\\$&');
    code.push(piece);
    return piece.replace(/\r?\n/g, '\n> ');
  };

  return {
    answer: (piece) => add('answer', piece),
    thought: (piece) => {
      if (reasoning !== 'hide') add('thought', piece);
    },
    thoughtEnd: () => {
      if (block === 'thought') close();
    },
    paragraph: close,
    get text() {
      return text;
    },
  };
};
