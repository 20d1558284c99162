import type { AnswerSurface } from '../../core/answer-surface.ts';
import type { ReplyPort } from '../../core/message.ts';

/**
 * Answers that stand in a terminal can't be changed there: their new text is printed below, as any answer is. Nothing can be
 * taken away, and there are no threads.
 *
 * @param newPort a port that prints, such as `createScreenPort` makes.
 */
export const createTerminalSurface = (newPort: () => ReplyPort): AnswerSurface => ({
  portFor: () => newPort(),
  portOn: () => newPort(),
  show: async (_conversation, { speaker }, text, options) => {
    const port = newPort();
    try {
      port.begin(speaker, options?.reply);
      return await port.finish(text);
    } finally {
      port.end();
    }
  },
  remove: async () => {},
  openThread: async () => undefined,
});
