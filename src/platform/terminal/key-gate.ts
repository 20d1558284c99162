import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { TerminalInput } from './options.ts';

const interrupt = '\u0003';
const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';

export type KeyGateOptions = {
  readonly input: TerminalInput;
  /** Whether keys shall wait because something is being written. Asked before every line that is passed on. */
  isClosed(): boolean;
  /** Ctrl-C while the gate is closed; what was typed ahead is dropped. */
  onInterrupt(): void;
  /** Any key other than Ctrl-C that is passed on. */
  onKey(): void;
  /** A whole paste, as it came. */
  onPaste(text: string): void;
  /** Most characters kept of what is typed ahead or pasted; the rest is dropped. */
  readonly charactersMax: number;
};

/**
 * Stands between the keyboard and readline. Keys typed while an answer is written would be echoed
 * into it, so they wait here until it is done; only Ctrl-C gets through. A bracketed paste is handed
 * over whole, so that its newlines don't send it line by line and its control characters do nothing.
 */
export interface KeyGate {
  /** What readline reads. */
  readonly keys: Readable & { readonly isTTY: boolean; setRawMode(isRaw: boolean): void };
  /** Passes on what waited, as far as the gate is open. */
  release(): void;
  /** Stops listening to the input. */
  close(): void;
}

export const createKeyGate = (options: KeyGateOptions): KeyGate => {
  const { input, charactersMax } = options;
  const decoder = new StringDecoder('utf8');
  // Keys are emitted rather than pushed: readline gets them at once, in order with pastes.
  const keys = Object.assign(new Readable({ read() {} }), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void input.setRawMode?.(isRaw),
  });
  let waiting = '';
  let isReleasing = false;
  let ending: 'no' | 'due' | 'told' = 'no';

  const release = (): void => {
    if (isReleasing) return;
    isReleasing = true;
    while (!options.isClosed()) {
      const next = nextPart(waiting);
      if (next === undefined) break;
      waiting = waiting.slice(next.length);
      if (next.isPaste) options.onPaste(next.text);
      if (next.text !== interrupt) options.onKey();
      if (!next.isPaste) keys.emit('data', Buffer.from(next.text));
    }
    while (options.isClosed() && waiting.includes(interrupt)) {
      waiting = waiting.slice(waiting.indexOf(interrupt) + 1);
      options.onInterrupt();
    }
    isReleasing = false;
    if (ending === 'due' && !options.isClosed()) {
      ending = 'told';
      keys.emit('end');
    }
  };

  const onData = (chunk: Buffer | string): void => {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
    // What still waits at an open gate is a paste whose end has not come; Ctrl-C gives it up.
    if (text === interrupt && !options.isClosed()) waiting = '';
    waiting = bounded(waiting + text, charactersMax);
    release();
  };
  const onEnd = (): void => {
    if (ending === 'no') ending = 'due';
    release();
  };

  input.on('data', onData);
  for (const event of ['end', 'close', 'error']) input.on(event, onEnd);
  return {
    keys,
    release,
    close() {
      input.off('data', onData);
      // The listener for errors stays: one that comes now must not end the process.
      for (const event of ['end', 'close']) input.off(event, onEnd);
      ending = 'told';
      input.pause();
    },
  };
};

type Part = { readonly text: string; readonly isPaste: boolean; readonly length: number };

/** The next paste, interrupt or line of keys that can be passed on; undefined when there is none yet. */
const nextPart = (waiting: string): Part | undefined => {
  const paste = waiting.indexOf(pasteStart);
  if (paste === 0) {
    const end = waiting.indexOf(pasteEnd);
    if (end === -1) return undefined;
    return { text: waiting.slice(pasteStart.length, end), isPaste: true, length: end + pasteEnd.length };
  }
  const before = paste === -1 ? waiting : waiting.slice(0, paste);
  if (before === '') return undefined;
  // Not more than a line, because each line may close the gate.
  const text = /^(?:\u0003|[^\r\n\u0003]*(?:\r\n|\r|\n)|[^\r\n\u0003]+)/.exec(before)?.[0] ?? before;
  return { text, isPaste: false, length: text.length };
};

const isInPaste = (text: string): boolean => text.lastIndexOf(pasteStart) > text.lastIndexOf(pasteEnd);

/** What is kept of too much input; the end of a paste is never lost, or all that follows would belong to it. */
const bounded = (text: string, charactersMax: number): string => {
  if (text.length <= charactersMax) return text;
  const kept = text.slice(0, charactersMax);
  if (!isInPaste(kept)) return kept;
  return isInPaste(text) ? kept + text.slice(-(pasteEnd.length - 1)) : kept + pasteEnd;
};
