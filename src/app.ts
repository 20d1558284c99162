import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createCommands } from './commands/index.ts';
import { createModelsFolder, type ModelsFolder } from './commands/models-folder.ts';
import { trackAnswers } from './commands/track-answers.ts';
import type { Config } from './config/config.ts';
import type { Command } from './core/command.ts';
import type { ConversationKey } from './core/conversation.ts';
import type { Engine } from './core/engine.ts';
import { PaddockError } from './core/error.ts';
import type { Logger } from './core/logger.ts';
import type { Memory } from './core/memory.ts';
import type { IncomingMessage, ReplyPort } from './core/message.ts';
import { writeDemoModel } from './engine/llama/gguf/demo-model.ts';
import { createLlamaEngine } from './engine/llama/llama-engine.ts';
import { createMemory } from './memory/memory.ts';
import { loadPersonas, type PersonaCatalogue } from './persona/load-personas.ts';
import { chooseTemplate, loadTemplates, type PromptTemplate } from './prompt/index.ts';
import { createAnswerQueue } from './queue/answer-queue.ts';
import { openStore } from './store/store.ts';
import { createBotTurns } from './trigger/index.ts';
import { type RespondServices, respond } from './turn/respond.ts';

/** The bot without its platforms. */
export type App = {
  readonly memory: Memory;
  readonly engine: Engine;
  readonly personas: PersonaCatalogue;
  readonly templates: ReadonlyMap<string, PromptTemplate>;
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
  await mkdir(config.folders.models, { recursive: true });
  const personas = loadPersonas(config.folders.personas, { defaultId: config.persona });
  const templates = await loadTemplates([config.folders.templates]);
  const models = createModelsFolder(config.folders.models);
  const engine = await createEngine(config, models, logger);
  const template = chooseTemplate(templates, config.template);
  const store = await openStore(config.memory.store, { directory: config.folders.root });
  const memory = createMemory({ store, now: Date.now });
  const queue = trackAnswers(
    createAnswerQueue({ slots: () => engine.model?.slots ?? config.engine.slots, bounds: config.queue, now: Date.now }),
  );
  const startedAt = Date.now();

  const services: RespondServices = {
    memory,
    queue,
    engine,
    logger,
    now: Date.now,
    botTurns: createBotTurns(),
    answerBots: config.discord.answerBots,
    listen: config.memory.listen,
    persona: ({ personaId }) => (personaId === undefined ? undefined : personas.get(personaId)) ?? personas.default,
    template: () => template(engine.model),
    sampling: config.sampling,
    outputTokensMax: config.answer.tokensMax,
    stopStrings: config.answer.stopStrings,
    showsThoughts: config.answer.reasoning === 'show',
  };
  const commands = createCommands({
    memory,
    queue,
    engine,
    personas,
    stopAnswers: queue.stop,
    models,
    defaultPersonaId: personas.default.id,
    startedAt,
    now: Date.now,
    memoryBytes: () => process.memoryUsage.rss(),
  });
  engine.start().catch((error: unknown) => {
    if (error instanceof PaddockError && error.code === 'engine-closed') return;
    logger.error(
      { part: 'engine', error },
      'the model could not be loaded; the bot goes on without it and tries again with the next question',
    );
  });

  return {
    memory,
    engine,
    personas,
    templates,
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

/**
 * The engine that the configuration asks for: with the model it names, with the first one in the
 * models folder, or with the built-in demo model, which is written anew.
 */
export const createEngine = async (config: Config, models: ModelsFolder, logger: Logger): Promise<Engine> => {
  const { model, ...settings } = config.engine;
  const [first] = model === 'auto' ? await models.list() : [];
  const isDemo = model === 'auto' && first === undefined;
  const modelPath = isDemo ? join(config.folders.data, 'demo.gguf') : first === undefined ? model : join(models.folder, first);
  if (isDemo) {
    await mkdir(config.folders.data, { recursive: true });
    writeDemoModel(modelPath);
  }
  return createLlamaEngine({ ...settings, modelPath, isDemo }, logger);
};
