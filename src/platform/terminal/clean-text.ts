/**
 * Text from models and chats can hold sequences that steer a terminal: move the cursor, set the
 * window's title, fill the clipboard, type an answer. What is left here is text, newlines and tabs.
 */
export interface TextCleaner {
  /** The visible part of the next chunk; a sequence or character cut off at its end waits for the next one. */
  push(chunk: string): string;
  /** What still waited; the cleaner is then as new. */
  flush(): string;
}

/** Where in an escape sequence (ECMA-48) the text is. */
type State = 'text' | 'escape' | 'escape-intermediate' | 'control-sequence' | 'string' | 'string-escape';

/** The C1 characters that open a sequence in one character. */
const openers: ReadonlyMap<number, State> = new Map([
  [0x90, 'string'],
  [0x98, 'string'],
  [0x9b, 'control-sequence'],
  [0x9d, 'string'],
  [0x9e, 'string'],
  [0x9f, 'string'],
]);

/** The second characters of `ESC …` that open a longer sequence. */
const escapeOpeners: ReadonlyMap<string, State> = new Map([
  ['P', 'string'],
  ['X', 'string'],
  ['[', 'control-sequence'],
  [']', 'string'],
  ['^', 'string'],
  ['_', 'string'],
]);

const isBetween = (code: number, first: number, last: number): boolean => code >= first && code <= last;

/** Overrides, embeddings and isolates of the writing direction, with which text can be made to look like other text. */
const turnsDirection = (code: number): boolean => isBetween(code, 0x202a, 0x202e) || isBetween(code, 0x2066, 0x2069);

export const createTextCleaner = (): TextCleaner => {
  let state: State = 'text';
  let highSurrogate = '';

  /** Follows a sequence by one character; true when the character was part of it. */
  const isInSequence = (character: string, code: number): boolean => {
    switch (state) {
      case 'text':
        return false;
      case 'escape':
        state = escapeOpeners.get(character) ?? (isBetween(code, 0x20, 0x2f) ? 'escape-intermediate' : 'text');
        return state !== 'text' || isBetween(code, 0x30, 0x7e);
      case 'escape-intermediate':
        if (isBetween(code, 0x20, 0x2f)) return true;
        state = 'text';
        return isBetween(code, 0x30, 0x7e);
      case 'control-sequence':
        if (isBetween(code, 0x20, 0x3f)) return true;
        state = 'text';
        return isBetween(code, 0x40, 0x7e);
      case 'string':
      case 'string-escape':
        // A newline ends it too: a string that nobody closes must not swallow the whole answer.
        if (character === '\n') {
          state = 'text';
          return false;
        }
        if (code === 0x07 || code === 0x9c || (state === 'string-escape' && character === '\\')) state = 'text';
        else state = code === 0x1b ? 'string-escape' : 'string';
        return true;
      default:
        return state satisfies never;
    }
  };

  const next = (character: string): string => {
    const code = character.charCodeAt(0);
    if (isInSequence(character, code)) return '';
    if (highSurrogate !== '') {
      const high = highSurrogate;
      highSurrogate = '';
      return isBetween(code, 0xdc00, 0xdfff) ? high + character : `\ufffd${next(character)}`;
    }
    if (character === '\n' || character === '\t') return character;
    if (code === 0x1b) state = 'escape';
    else if (isBetween(code, 0x80, 0x9f)) state = openers.get(code) ?? 'text';
    else if (isBetween(code, 0xd800, 0xdbff)) highSurrogate = character;
    else if (isBetween(code, 0xdc00, 0xdfff)) return '\ufffd';
    else if (code === 0x2028 || code === 0x2029) return '\n';
    else if (code >= 0x20 && code !== 0x7f && !turnsDirection(code)) return character;
    return '';
  };

  return {
    push(chunk) {
      let visible = '';
      for (let index = 0; index < chunk.length; index += 1) visible += next(chunk.charAt(index));
      return visible;
    },
    flush() {
      const left = highSurrogate === '' ? '' : '\ufffd';
      state = 'text';
      highSurrogate = '';
      return left;
    },
  };
};

/** The visible part of a whole text. */
export const cleanText = (text: string): string => {
  const cleaner = createTextCleaner();
  return cleaner.push(text) + cleaner.flush();
};

/** The visible part of a text as one line: for names and choices. */
export const cleanLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim();
