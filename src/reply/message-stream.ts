import { splitMessage } from './split-message.ts';
import type { Timers } from './timers.ts';

/** How the stream reaches the place where people read; all may reject, and none is called while another one runs. */
export type MessageSink = {
  /**
   * Sends a new message after all former ones, as the `index`-th of the answer, from 0; resolves with its id.
   *
   * @param isLast whether the answer, as far as it goes, ends with it.
   */
  post(text: string, index: number, isLast: boolean): Promise<string>;
  edit(id: string, text: string, isLast: boolean): Promise<void>;
  remove(id: string): Promise<void>;
};

export type MessageStreamOptions = {
  readonly sink: MessageSink;
  readonly timers: Timers;
  /** Least time from the end of one change of what people see to the next one, in milliseconds. */
  readonly editIntervalMs: number;
  /** Most UTF-16 units of one message. */
  readonly charactersMax: number;
  /** Messages that carry something else now, whose place the text takes, in reading order. [none] */
  readonly standing?: readonly string[];
  /** With fewer characters than this the first message waits for `editIntervalMs`. [24] */
  readonly firstCharactersMin?: number;
  /** Told of changes that failed and were made good in another way, or will be tried again by `finish`. */
  onTrouble?(error: unknown, what: 'post' | 'edit' | 'remove'): void;
};

/** Shows a growing text in one or several messages. */
export interface MessageStream {
  /** The whole text so far; what people see follows at the stream's pace. */
  show(text: string): void;
  /** The whole text. Resolves with the ids of the messages that carry it, in order; rejects when one can't be posted. */
  finish(text: string): Promise<readonly string[]>;
  /** Stops showing at once; resolves when what was under way is done. */
  stop(): Promise<void>;
}

type Shown = { readonly id: string; readonly text: string };

/**
 * Paces a growing text: changes are awaited and never concurrent, at most one edit in `editIntervalMs`,
 * and unchanged messages are left alone. A message that can't be edited (deleted, too many edits) is replaced by a new one.
 */
export const createMessageStream = (options: MessageStreamOptions): MessageStream => {
  const { sink, timers, editIntervalMs, charactersMax, firstCharactersMin = 24 } = options;
  let shown: readonly Shown[] = (options.standing ?? []).map((id) => ({ id, text: '' })); // no message reads so
  let wanted = '';
  let split: { readonly text: string; readonly chunks: readonly string[] } | undefined;
  let running: Promise<void> | undefined;
  let wake: (() => void) | undefined; // ends the pause before the next change
  let quietUntil: number | undefined; // when the next edit may begin
  let phase: 'growing' | 'broken' | 'finishing' | 'stopped' = 'growing';

  const show = (text: string): void => {
    if (phase !== 'growing' || text.trim() === '') return;
    wanted = text;
    // The first sign of an answer comes at once if it is worth reading, else a moment later.
    quietUntil ??= timers.now() + editIntervalMs;
    if (shown.length === 0 && isWorthReading(text, firstCharactersMin)) quietUntil = Math.min(quietUntil, timers.now());
    if (running !== undefined) {
      if (quietUntil <= timers.now()) wake?.();
      return;
    }
    running = grow().finally(() => {
      running = undefined;
    });
  };

  /** Follows the growing text until it has caught up. */
  const grow = async (): Promise<void> => {
    while (phase === 'growing' && !isCurrent()) {
      await pause();
      if (phase !== 'growing') return;
      try {
        await step();
      } catch (error) {
        // A place that takes no message now is not asked again before the answer is complete.
        phase = phase === 'growing' ? 'broken' : phase;
        options.onTrouble?.(error, 'post');
      }
    }
  };

  /** The messages that the wanted text makes; asked for several times in a row. */
  const wantedChunks = (): readonly string[] => {
    if (split?.text !== wanted) split = { text: wanted, chunks: splitMessage(wanted, charactersMax) };
    return split.chunks;
  };

  const isCurrent = (): boolean => {
    const chunks = wantedChunks();
    return chunks.length === shown.length && chunks.every((chunk, index) => shown[index]?.text === chunk);
  };

  /** Waits until the next change may be made, or the phase changes; `wake` makes it look again. */
  const pause = async (): Promise<void> => {
    const phaseBefore = phase;
    while (quietUntil !== undefined && quietUntil > timers.now() && phase === phaseBefore) {
      const waitMs = quietUntil - timers.now();
      await new Promise<void>((resolve) => {
        const cancel = timers.after(waitMs, resolve);
        wake = () => {
          cancel();
          resolve();
        };
      });
      wake = undefined;
    }
  };

  /** Brings what people see closer to what is wanted: at most one edit, and the posts that are missing after it. */
  const step = async (): Promise<void> => {
    const chunks = wantedChunks();
    const changed = shown.findIndex((message, index) => message.text !== chunks[index]);
    if (changed >= 0) {
      const chunk = chunks[changed];
      const message = shown[changed];
      if (chunk === undefined || message === undefined || !(await tryEdit(message, chunk, changed === chunks.length - 1)))
        await removeFrom(changed);
      quietUntil = timers.now() + editIntervalMs;
      if (shown.some((other, index) => other.text !== chunks[index])) return;
    }
    for (const chunk of chunks.slice(shown.length)) {
      if (phase === 'stopped') return;
      const id = await sink.post(chunk, shown.length, shown.length === chunks.length - 1);
      shown = [...shown, { id, text: chunk }];
      quietUntil = timers.now() + editIntervalMs;
    }
  };

  const tryEdit = async (message: Shown, text: string, isLast: boolean): Promise<boolean> => {
    try {
      await sink.edit(message.id, text, isLast);
      shown = shown.map((other) => (other.id === message.id ? { id: message.id, text } : other));
      return true;
    } catch (error) {
      options.onTrouble?.(error, 'edit');
      return false;
    }
  };

  /** Takes a message and all after it away, so that what is posted next stands in its right place. */
  const removeFrom = async (first: number): Promise<void> => {
    const surplus = shown.slice(first);
    shown = shown.slice(0, first);
    for (const message of surplus) {
      await sink.remove(message.id).catch((error: unknown) => options.onTrouble?.(error, 'remove'));
    }
  };

  const finish = async (text: string): Promise<readonly string[]> => {
    if (phase === 'stopped') throw new Error('The stream was stopped before its text was complete.');
    phase = 'finishing';
    if (shown.length === 0) quietUntil = timers.now();
    wake?.();
    await running;
    wanted = text;
    while (!isCurrent()) {
      if (shown.length > 0) await pause();
      if (isStopped()) throw new Error('The stream was stopped before its text was complete.');
      await step();
    }
    return shown.map((message) => message.id);
  };

  const isStopped = (): boolean => phase === 'stopped';

  const stop = async (): Promise<void> => {
    phase = 'stopped';
    wake?.();
    await running;
  };

  return { show, finish, stop };
};

/** Whether a beginning says something: enough characters, or a whole line or sentence. */
const isWorthReading = (text: string, charactersMin: number): boolean =>
  text.length >= charactersMin || /\S[.!?…。！？]["'”’»)*_]*\s|\S{2,}\s*\n/.test(text);
