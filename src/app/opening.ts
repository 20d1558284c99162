import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import { openConversation } from '../turn/greet.ts';
import type { App } from './app.ts';
import type { Places } from './place-services.ts';

/** @see App.open */
export const createOpening =
  ({ memory, places, logger }: { readonly memory: Memory; readonly places: Places; readonly logger: Logger }): App['open'] =>
  async (conversation, port, { id: userId, name: userName }) => {
    try {
      const here = await places.at(undefined);
      const persona = here.persona(await memory.settings(conversation));
      await openConversation({ ...here, memory }, conversation, persona, port, { userId, userName, reply: here.reply });
    } catch (error) {
      logger.error({ part: 'start', error }, 'the conversation could not be begun with a greeting');
    }
  };
