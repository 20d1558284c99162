import { createCodeTracker } from './code-tracker.ts';
import { heldBack, isTornMarker, type Marker, markerPattern, meaningOf } from './markers.ts';
import type { ThoughtFamily } from './reasoning.ts';

/** Takes what the scanner makes of an answer, in order. */
export type ScannerSink = {
  answer(text: string): void;
  thought(text: string): void;
  /** The thought that was written has come to its end. */
  thoughtEnd(): void;
  /** Everything so far was a thought whose opening marker nobody saw. */
  disown(): void;
  /** The model goes on as somebody else: nothing that follows belongs to the answer. */
  over(): void;
};

/** Tells answer from thoughts, and takes control markers out. */
export interface AnswerScanner {
  push(text: string): void;
  end(): void;
  /** Characters held back until more is known; bounded, so that no text is read again and again. */
  readonly held: number;
}

type Mode =
  | { readonly in: 'answer' }
  /** `family` undefined: opened by the prompt, so any closing marker will do. */
  | {
      readonly in: 'thought';
      readonly family: ThoughtFamily | undefined;
      depth: number;
      isDropped: boolean;
      name: string | undefined;
    }
  /** Between the markers of a message's head. */
  | { readonly in: 'role' | 'channel'; text: string };

const headCharactersMax = 64;
/** After these a thought may begin within a line; after other text the word is likely only mentioned. */
const sentenceEnd = /(?:^|[.!?…。！？*_~)\]>]|["'”’»]\s+)\s*$/;

/**
 * Reads an answer as it comes. Within code, markers of thoughts are text; other control markers are
 * never text. Within a thought, only its own end counts.
 */
export const createAnswerScanner = (sink: ScannerSink, startsInThought: boolean): AnswerScanner => {
  const code = createCodeTracker();
  let mode: Mode = startsInThought
    ? { in: 'thought', family: undefined, depth: 1, isDropped: false, name: undefined }
    : { in: 'answer' };
  let buffer = '';
  let line = ''; // the end of the answer's or thought's current line, to judge what may begin here
  let isEmpty = true; // nothing visible yet in this answer, or this thought
  let hasAnswer = false;
  let struck = 0; // <s> that wait for their </s>: in HTML they strike text through
  let mentioned = 0; // thought tags kept as text
  let wrapper: string | undefined;
  let wasThinking = startsInThought;
  let isOver = false;

  const emit = (text: string): void => {
    if (text === '') return;
    if (mode.in === 'role' || mode.in === 'channel') {
      mode.text += text;
      if (mode.text.length <= headCharactersMax && !mode.text.includes('\n\n')) return;
      const { text: released } = mode; // no message's head after all
      mode = { in: 'answer' };
      emit(released);
      return;
    }
    let rest = text;
    if (mode.in === 'thought' && mode.name !== undefined) {
      mode.name += rest;
      const lineEnd = mode.name.indexOf('\n');
      if (lineEnd < 0 && mode.name.length <= headCharactersMax) return;
      rest = /^\s*\w*\s*$/.test(mode.name.slice(0, Math.max(lineEnd, 0))) ? mode.name.slice(lineEnd + 1) : mode.name;
      mode.name = undefined;
    }
    if (rest === '') return;
    const lastLine = rest.slice(-80);
    const lineEnd = lastLine.lastIndexOf('\n');
    line = lineEnd < 0 ? (line + lastLine).slice(-80) : lastLine.slice(lineEnd + 1);
    if (rest.trim() !== '') isEmpty = false;
    if (mode.in === 'answer') {
      hasAnswer ||= !isEmpty;
      code.push(rest);
      sink.answer(rest);
    } else if (mode.in === 'thought' && !mode.isDropped) sink.thought(rest);
  };

  const openThought = (family: ThoughtFamily, isDropped = false): void => {
    mode = { in: 'thought', family, depth: 1, isDropped, name: family === 'channel' ? '' : undefined };
    line = '';
    isEmpty = true;
  };

  const closeThought = (): void => {
    if (mode.in === 'thought' && mode.name !== undefined && /\W/.test(mode.name.trim())) emit(`${mode.name}\n`);
    mode = { in: 'answer' };
    line = '';
    isEmpty = true;
    sink.thoughtEnd();
  };

  /** Whether a tag that ordinary text may also mention opens a thought here. */
  const opensHere = (next: string): boolean => {
    if (/^\s*$/.test(line)) return true;
    return sentenceEnd.test(line) ? !/[,.;:)'"`!?]/.test(next) : /[\n\p{L}\p{N}<]/u.test(next);
  };

  const needsNext = (marker: Marker): boolean => {
    if (mode.in === 'thought' && marker.kind === 'close') return line.endsWith('`');
    if (mode.in === 'thought') return marker.kind === 'open' && marker.isWord;
    return mode.in === 'answer' && marker.kind === 'open' && marker.isWord && !/^\s*$/.test(line);
  };

  const inThought = (marker: Marker, text: string, next: string): void => {
    if (mode.in !== 'thought') return;
    const { family } = mode;
    const isHead = marker.kind === 'start' || marker.kind === 'channel';
    if (marker.kind === 'close' && (family === undefined || family === marker.family)) {
      // Models that reason about tags put them between backticks.
      if (next === '`' && line.endsWith('`')) emit(text);
      else if (mode.depth > 1) mode.depth -= 1;
      else closeThought();
    } else if (marker.kind === 'open' && (family === undefined || family === marker.family)) {
      // Some models write the marker again that the prompt ended with: that is no thought within a thought.
      if (isEmpty) return;
      if (line.endsWith('`') || (marker.isWord && !opensHere(next))) emit(text);
      else mode.depth += 1;
    } else if ((isHead || marker.kind === 'end') && (family === 'harmony' || family === undefined)) {
      closeThought();
      if (isHead) mode = { in: marker.kind === 'start' ? 'role' : 'channel', text: '' };
    } else if (['open', 'close', 'wrapper', 'wrapper-end'].includes(marker.kind)) emit(text);
  };

  /** Within a message's head, before its text. */
  const inHead = (marker: Marker): void => {
    if (mode.in !== 'role' && mode.in !== 'channel') return;
    const head = mode.text.trim();
    if (mode.in === 'role' && /^(?:user|system|developer)\b/.test(head)) {
      isOver = true;
      sink.over();
    } else if (marker.kind === 'channel') mode = { in: 'channel', text: '' };
    else if (marker.kind === 'message' && /\bto=/.test(head)) openThought('harmony', true);
    else if (marker.kind === 'message' && mode.in === 'channel' && head.startsWith('analysis')) openThought('harmony');
    else if (marker.kind === 'message') mode = { in: 'answer' };
    else if (marker.kind === 'end') mode = { in: 'answer' };
  };

  const inAnswer = (marker: Marker, text: string, next: string): void => {
    const isCode = code.isCode;
    switch (marker.kind) {
      case 'open':
        if (isCode) emit(text);
        else if (!marker.isWord || opensHere(next)) openThought(marker.family);
        else {
          mentioned += 1;
          emit(text);
        }
        return;
      case 'close':
        if (isCode || mentioned > 0) {
          if (!isCode) mentioned -= 1;
          emit(text);
        } else {
          wasThinking = true;
          [isEmpty, hasAnswer, struck, line] = [true, false, 0, ''];
          sink.disown();
        }
        return;
      case 'start':
      case 'channel':
        if (isCode) emit(text);
        else mode = { in: marker.kind === 'start' ? 'role' : 'channel', text: '' };
        return;
      case 'message':
        if (isCode) emit(text);
        return;
      case 'struck':
        if (!hasAnswer) return;
        struck += 1;
        emit(text);
        return;
      case 'struck-end':
        if (struck === 0) return;
        struck -= 1;
        emit(text);
        return;
      case 'wrapper':
        if (isEmpty && wrapper === undefined && wasThinking) wrapper = marker.name;
        else emit(text);
        return;
      case 'wrapper-end':
        if (wrapper === marker.name) wrapper = undefined;
        else emit(text);
        return;
      case 'end':
      case 'plain':
        return;
      default:
        marker satisfies never;
    }
  };

  const handle = (marker: Marker, text: string, next: string): void => {
    if (mode.in === 'thought') {
      wasThinking = true;
      inThought(marker, text, next);
    } else if (mode.in === 'answer') inAnswer(marker, text, next);
    else inHead(marker);
  };

  const run = (isEnd: boolean): void => {
    let at = 0;
    for (const found of buffer.matchAll(markerPattern)) {
      const text = found[0];
      const marker = meaningOf(text);
      const end = found.index + text.length;
      emit(buffer.slice(at, found.index));
      at = found.index;
      if (end === buffer.length && !isEnd && needsNext(marker)) {
        buffer = buffer.slice(at);
        return;
      }
      at = end;
      handle(marker, text, buffer.charAt(end));
      if (isOver) {
        buffer = '';
        return;
      }
    }
    const rest = buffer.slice(at);
    const held = heldBack(rest);
    emit(rest.slice(0, rest.length - held));
    buffer = rest.slice(rest.length - held);
    if (isEnd && !isTornMarker(buffer)) emit(buffer);
    if (isEnd) buffer = '';
  };

  return {
    push: (text) => {
      if (isOver) return;
      buffer += text;
      run(false);
    },
    end: () => {
      if (isOver) return;
      run(true);
      if (mode.in === 'thought') closeThought();
      else if (mode.in !== 'answer' && !/^\s*(?:[\w.]*|(?:assistant|analysis|commentary|final)\b.*)\s*$/s.test(mode.text)) {
        const { text } = mode;
        mode = { in: 'answer' };
        emit(text);
      }
    },
    get held() {
      return buffer.length + (mode.in === 'role' || mode.in === 'channel' ? mode.text.length : 0);
    },
  };
};
