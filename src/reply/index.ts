export type { Reasoning } from './answer-view.ts';
export {
  type AnswerCleaner,
  type AnswerCleanerOptions,
  type CleanAnswerOptions,
  type CleanedAnswer,
  cleanAnswer,
  createAnswerCleaner,
} from './clean-answer.ts';
export { createMessageStream, type MessageSink, type MessageStream, type MessageStreamOptions } from './message-stream.ts';
export { endsInThought } from './reasoning.ts';
export { createRepetitionGuard, type RepetitionGuard, type RepetitionGuardOptions } from './repetition-guard.ts';
export { type MessagePart, splitMessage, splitParts } from './split-message.ts';
export { systemTimers, type Timers } from './timers.ts';
