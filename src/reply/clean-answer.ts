import { createAnswerScanner } from './answer-scanner.ts';
import { createAnswerView, type Reasoning } from './answer-view.ts';
import { createSpeakerFilter, type SpeakerFilterOptions } from './speaker-label.ts';

export type AnswerCleanerOptions = SpeakerFilterOptions & {
  /** What people see of the model's thoughts; they are never remembered. [hide] */
  readonly reasoning?: Reasoning;
  /** The prompt ended with the marker that opens a thought (`endsInThought`), so the answer begins within one. [false] */
  readonly startsInThought?: boolean;
};

/** A whole answer: as people see it, and as it is remembered (without its thoughts). */
export type CleanedAnswer = { readonly shown: string; readonly remembered: string };

/** Cleans an answer while it comes; the work for each piece does not grow with the answer. */
export interface AnswerCleaner {
  /**
   * Takes more of the model's text; gives all that is shown so far. Later text is added to it; only what turns out
   * to have been a hidden thought, whose opening marker never came, is taken back.
   */
  push(delta: string): string;
  /** The answer is complete. Nothing may be pushed afterwards. */
  end(): CleanedAnswer;
  /** The model began to write for somebody else. What is pushed now is ignored, so generating can end. */
  readonly isOver: boolean;
}

/**
 * Makes what people see of a model's answer: without markers that it wrote out as text although they are
 * meant as control tokens, with its thoughts hidden or marked, without its own name in front, ended
 * before a line that somebody else opens, trimmed. How the answer is cut into pieces makes no difference.
 */
export const createAnswerCleaner = (options: AnswerCleanerOptions): AnswerCleaner => {
  const reasoning = options.reasoning ?? 'hide';
  let view = createAnswerView(reasoning);
  let memory = createAnswerView('hide');
  const speaker = createSpeakerFilter(options);
  let isOver = false;

  const add = (text: string): void => {
    view.answer(text);
    memory.answer(text);
  };

  const scanner = createAnswerScanner(
    {
      answer: (text) => {
        if (!speaker.isOver) add(speaker.push(text));
      },
      thought: (text) => {
        if (!speaker.isOver) view.thought(text);
      },
      thoughtEnd: () => view.thoughtEnd(),
      disown: () => {
        if (speaker.isOver) return;
        view.answer(speaker.end());
        if (reasoning === 'hide') view = createAnswerView('hide');
        else view.paragraph();
        memory = createAnswerView('hide');
        speaker.restart();
      },
      over: () => {
        isOver = true;
      },
    },
    options.startsInThought ?? false,
  );

  return {
    push: (delta) => {
      if (!isOver && !speaker.isOver) scanner.push(delta);
      return view.text;
    },
    end: () => {
      if (!isOver && !speaker.isOver) scanner.end();
      add(speaker.end());
      view.thoughtEnd();
      return { shown: view.text, remembered: memory.text };
    },
    get isOver() {
      return isOver || speaker.isOver;
    },
  };
};

export type CleanAnswerOptions = AnswerCleanerOptions & {
  /** False for the beginning of an answer: an ending that may turn out to be hidden is held back. */
  readonly isComplete: boolean;
};

/** What is shown of an answer, or of its beginning, in one go. */
export const cleanAnswer = (answer: string, options: CleanAnswerOptions): string => {
  const cleaner = createAnswerCleaner(options);
  const shown = cleaner.push(answer);
  return options.isComplete ? cleaner.end().shown : shown;
};
