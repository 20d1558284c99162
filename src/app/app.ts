import { mkdir } from 'node:fs/promises';
import { createCommands } from '../commands/index.ts';
import { createModelsFolder } from '../commands/models-folder.ts';
import { trackAnswers } from '../commands/track-answers.ts';
import type { Config } from '../config/config.ts';
import { licenceNotice } from '../config/preset.ts';
import type { Command } from '../core/command.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import type { Place } from '../core/settings.ts';
import { createMemory } from '../memory/memory.ts';
import { chooseTemplate } from '../prompt/index.ts';
import { createAnswerQueue } from '../queue/answer-queue.ts';
import { openStore } from '../store/store.ts';
import { createBotTurns } from '../trigger/index.ts';
import { explainConversation } from '../turn/explain.ts';
import { type PlaceServices, respond } from '../turn/respond.ts';
import { createEngine } from './create-engine.ts';
import { type Library, loadLibrary } from './library.ts';

/** The bot without its platforms. */
export type App = Pick<Library, 'personas'> & {
  readonly memory: Memory;
  readonly engine: Engine;
  readonly commands: readonly Command[];
  /** Deals with one message altogether; never rejects. */
  respond(message: IncomingMessage, port: ReplyPort): Promise<void>;
  /** Takes an edit or a deletion in the chat over into memory; a deleted question is not answered any more. */
  edited(conversation: ConversationKey, messageId: string, text: string): Promise<void>;
  deleted(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  /** Stops the answers of a conversation; what came of them is kept. */
  stopAnswers(conversation: ConversationKey): Promise<number>;
  /** Stops all answers and lets the platforms deliver and memory keep what came of them; takes no more. */
  drain(): Promise<void>;
  /** Drains, and ends engine and store. */
  close(): Promise<void>;
};

/**
 * Puts the bot together; the only place that names concrete parts. Throws what a bad configuration
 * or an unusable store throws. The model begins to load at once, and a failure of that is logged:
 * the bot serves without it, and the next question tries again.
 */
export const createApp = async (config: Config, logger: Logger): Promise<App> => {
  const library = await loadLibrary(config);
  const { personas, templates, cascade } = library;
  await mkdir(config.folders.models, { recursive: true });
  const models = createModelsFolder(config.folders.models);
  const engine = await createEngine(config, cascade, models, logger);
  const store = await openStore(config.memory.store, { directory: config.folders.root });
  const memory = createMemory({ store, now: Date.now, logger });
  const slots = (): number => engine.model?.slots ?? config.engine.slots;
  const queue = trackAnswers(createAnswerQueue({ slots, bounds: config.queue, now: Date.now }));

  const at = (place: Place | undefined): PlaceServices => {
    const settings = cascade.settingsAt(place, engine.model);
    const { sampling, outputTokensMax, stopStrings, reasoning, layout } = settings;
    return {
      memory,
      engine,
      persona: ({ personaId = settings.personaId }) =>
        personas.get(personaId) ?? personas.get(settings.personaId) ?? personas.default,
      template: () => chooseTemplate(templates, settings.template)(engine.model),
      sampling,
      outputTokensMax,
      stopStrings,
      reasoning,
      ...(layout && { layout }),
    };
  };
  const notice = (place?: Place): string | undefined => {
    const preset = cascade.presetAt(place, engine.model);
    return preset && licenceNotice(preset);
  };
  const commands = createCommands({
    memory,
    queue,
    engine,
    personas,
    models,
    stopAnswers: queue.stop,
    explain: (conversation, place) => explainConversation({ ...at(place), engine }, conversation),
    personaAt: (place, settings) => at(place).persona(settings),
    licenceNotice: notice,
    startedAt: Date.now(),
    now: Date.now,
    memoryBytes: () => process.memoryUsage.rss(),
  });
  const services = {
    memory,
    queue,
    engine,
    logger,
    now: Date.now,
    botTurns: createBotTurns(),
    answerBots: config.discord.answerBots,
    listen: config.memory.listen,
    at,
  };
  engine.start().then(
    () => {
      const preset = cascade.presetAt(undefined, engine.model);
      if (preset) logger.info({ part: 'start', preset: preset.id, ...(notice() && { licence: notice() }) }, 'preset in use');
    },
    (error: unknown) => {
      if (error instanceof PaddockError && error.code === 'engine-closed') return;
      logger.error(
        { part: 'engine', error },
        'the model could not be loaded; the bot goes on without it and tries again with the next question',
      );
    },
  );

  return {
    memory,
    engine,
    personas,
    commands,
    respond: (message, port) => respond(services, message, port),
    edited: async (conversation, messageId, text) => {
      await memory.editMessage(conversation, messageId, text);
    },
    deleted: async (conversation, messageIds) => {
      for (const messageId of messageIds) queue.cancel(conversation, messageId);
      await memory.deleteMessages(conversation, messageIds);
    },
    stopAnswers: queue.stop,
    drain: () => queue.close(),
    close: async () => {
      await queue.close();
      await Promise.all([memory.close(), engine.close()]);
    },
  };
};
