export { type CleanAnswerOptions, cleanAnswer } from './clean-answer.ts';
export { createMessageStream, type MessageSink, type MessageStream, type MessageStreamOptions } from './message-stream.ts';
export { type MessagePart, splitMessage, splitParts } from './split-message.ts';
export { systemTimers, type Timers } from './timers.ts';
