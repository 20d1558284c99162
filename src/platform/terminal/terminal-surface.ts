import type { AnswerSurface } from '../../core/answer-surface.ts';
import type { ReplyPort } from '../../core/message.ts';

/**
 * Answers that stand in a terminal can't be changed there: their new text is printed below, as any answer is. Nothing can be
 * taken away, and there are no threads.
 *
 * @param newPort a port that prints, such as `createScreenPort` makes.
 */
export const createTerminalSurface = (newPort: () => ReplyPort): AnswerSurface => {
  const portFor: AnswerSurface['portFor'] = (_conversation, { speaker }, { reply, look } = {}) => {
    const port = newPort();
    port.begin({ ...speaker, ...(look && { look }) }, reply);
    return port;
  };
  return {
    portFor,
    portOn: () => newPort(),
    show: async (conversation, turn, text, options) => {
      const port = portFor(conversation, turn, options);
      try {
        return await port.finish(text);
      } finally {
        port.end();
      }
    },
    remove: async () => {},
    openThread: async () => undefined,
  };
};
