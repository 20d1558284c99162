import { randomUUID } from 'node:crypto';
import { createAccessControl } from '../access/access-control.ts';
import { createGate } from '../access/gate.ts';
import { indexKnownUsers } from '../access/index-known-users.ts';
import { createOptOuts } from '../access/opt-outs.ts';
import { createPersonalData } from '../access/personal-data.ts';
import { createQuota } from '../access/quota.ts';
import { createUserIndex, indexUsers } from '../access/user-index.ts';
import { createCommands } from '../commands/index.ts';
import { createModelsFolder } from '../commands/models-folder.ts';
import { logRequests } from '../commands/request-log.ts';
import { trackAnswers } from '../commands/track-answers.ts';
import type { Config } from '../config/config.ts';
import { createOverrides } from '../config/overrides.ts';
import { licenceNotice } from '../config/preset.ts';
import type { Command } from '../core/command.ts';
import type { ConversationKey, Speaker } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { Locale } from '../core/locale.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import { createGlobalVariables } from '../memory/global-variables.ts';
import { createMemory } from '../memory/memory.ts';
import { createHumanPersonas } from '../people/human-personas.ts';
import { createPersonaPersonalData } from '../persona/persona-personal-data.ts';
import { createSpeakerPictures, type SpeakerPictures } from '../persona/speaker-pictures.ts';
import type { ChannelTree, NoticeStore, SeenStore, WornStore } from '../platform/discord/index.ts';
import { createAnswerQueue } from '../queue/answer-queue.ts';
import { createRecall } from '../recall/index.ts';
import { systemTimers } from '../reply/index.ts';
import { lockStore } from '../store/lock-store.ts';
import { openStore, scrubStore } from '../store/store.ts';
import { createAnswerCounter } from '../telemetry/answer-counts.ts';
import { explainConversation } from '../turn/explain.ts';
import { languageAt } from '../turn/language.ts';
import { respond } from '../turn/respond.ts';
import { promptOf } from '../turn/revise.ts';
import { tellPlaces } from '../turn/waiting-notice.ts';
import type { Admission } from './admission.ts';
import { createAnswerActions } from './answer-actions.ts';
import { createAnswering } from './answering.ts';
import { createChannelTree } from './channel-tree.ts';
import { createEngine, slotsBeforeLoading } from './create-engine.ts';
import { prepareDataFolder } from './data-folder.ts';
import { createNoticeStore, createWornStore } from './discord-stores.ts';
import { createDrain } from './drain.ts';
import { createForget, createForgetServer, createSettingsIn } from './forget.ts';
import { createFormerAnswer } from './former-answer.ts';
import { createHearing, type Hearing } from './hearing.ts';
import { type Library, loadLibrary } from './library.ts';
import { createLoading } from './loading.ts';
import { createLore } from './lore.ts';
import { createOpening } from './opening.ts';
import { createPlaces, type Places } from './place-services.ts';
import { createPlatforms, type Platforms } from './platforms.ts';
import { createSeenStore } from './seen-store.ts';
import { startModel } from './start-model.ts';

/** The bot without its platforms. */
export type App = Pick<Library, 'personas'> &
  Hearing & {
    /** To be told of each platform that is served. */
    readonly platforms: Pick<Platforms, 'attach'>;
    readonly places: Pick<Places, 'at'>;
    readonly memory: Memory;
    readonly engine: Engine;
    readonly commands: readonly Command[];
    /** Deals with one message altogether; never rejects. */
    respond(message: IncomingMessage, port: ReplyPort): Promise<void>;
    /** Begins an empty conversation with its persona's greeting, if it has one; never rejects. */
    open(conversation: ConversationKey, port: ReplyPort, user: Speaker): Promise<void>;
    /** What will come of a message. */
    prospect: Admission['prospect'];
    /** In which form a message is answered; see `Admission`. */
    replySettings: Admission['replySettings'];
    /** Where the platform Discord keeps what it has seen. */
    readonly seen: SeenStore;
    readonly worn: WornStore;
    readonly notices: NoticeStore;
    readonly formerAnswer: ReturnType<typeof createFormerAnswer>;
    /** What its speakers look like. */
    readonly pictures: SpeakerPictures;
    /** A channel is gone, with all that was said in it. */
    forget(conversation: ConversationKey): Promise<void>;
    /** The bot has left a server, whose channels are forgotten already. */
    forgetServer(serverId: string): Promise<void>;
    readonly tree: ChannelTree;
    /** Stops the answers of a conversation; what came of them is kept. */
    stopAnswers(conversation: ConversationKey): Promise<number>;
    /** Stops all answers and lets the platforms deliver and memory keep what came of them; takes no more. See `createDrain`. */
    drain(): Promise<void>;
    /** Drains, and ends engine and store. May be called again. */
    close(): Promise<void>;
  };

/**
 * Puts the bot together; the only place that names concrete parts. Throws what a bad configuration
 * or an unusable store throws, among them one that another process uses. The model begins to load at once, and a failure of that is logged:
 * the bot serves without it, and the next question tries again.
 *
 * @param options.locale the language of the bot's own words outside of servers, where no setting chooses one. [English]
 * @param options.engine to measure the bot without a model. [what the configuration names]
 */
export const createApp = async (
  config: Config,
  logger: Logger,
  options: { readonly shutdown: () => void; readonly locale?: Locale; readonly engine?: Engine },
): Promise<App> => {
  const { shutdown, locale } = options;
  const now = Date.now;
  const library = await loadLibrary(config, (problem) =>
    logger.warn({ part: 'library', problem }, 'an imported file is passed over'),
  );
  const { personas, cascade } = library;
  await prepareDataFolder(config.folders);
  const models = createModelsFolder(config.folders.models, config.folders.root);
  const inRoot = { directory: config.folders.root };
  const lock = await lockStore(config.memory.store, inRoot);
  const open = async () => ({
    loaded: options.engine ?? (await createEngine(config, cascade, models, logger)),
    store: await openStore(config.memory.store, inRoot),
  });
  const { loaded, store } = await open().catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const counter = createAnswerCounter(now);
  const engine = counter.watch(loaded);
  const index = createUserIndex(store);
  const lore = createLore(library, store, logger);
  const optOuts = createOptOuts(store);
  const mayUse = async (userId: string): Promise<boolean> => !(await optOuts.isOptedOut(userId));
  const remembered = indexUsers(createMemory({ store, now, logger }), index);
  const recall = createRecall({ memory: remembered, mayUse });
  const memory = lore.watch(recall.watch(remembered));
  const slots = (): number => engine.model?.slots ?? slotsBeforeLoading(config);
  const waiting = logRequests(trackAnswers(createAnswerQueue({ slots, bounds: config.queue, now })), { slots, now });

  const overrides = createOverrides({ store, logger });
  const people = createHumanPersonas(store);
  const globalVariables = createGlobalVariables(store);
  const places = createPlaces(library, {
    memory,
    engine,
    globalVariables,
    overrides,
    people,
    lore: lore.service,
    recall,
    ...(locale && { locale }),
  });
  const { at } = places;
  const platforms = createPlatforms();
  const access = createAccessControl({ store, logger });
  const quota = createQuota(now);
  const gate = createGate({ access, optOuts, quota });
  const answering = createAnswering({
    config,
    memory,
    engine,
    queue: waiting,
    places,
    platforms,
    gate,
    mayUse,
    recall,
    logger,
    now,
  });
  const { services, queue, admission, reviser, roleplay } = answering;
  const forget = createForget({ memory, answering, globalVariables, overrides });
  const drain = createDrain(queue, engine);
  const end = async (): Promise<void> => void (await Promise.all([answering.close(), drain()]));
  // What is forgotten of a conversation is forgotten for everybody who answered in it.
  const loading = createLoading();
  const model = { use: (path: string) => loading.during(engine.use(path)), forget: answering.forget };
  const commands = createCommands({
    memory,
    queue,
    requests: queue.requests,
    engine: {
      get model() {
        return engine.model;
      },
      get isLoading() {
        return loading.isOn;
      },
      ...model,
    },
    personas,
    people,
    roleplay,
    models,
    lore: lore.parts(engine),
    stopAnswers: answering.stop,
    endAutoScene: answering.endAutoScene,
    explain: async (conversation, place, answer) => {
      const turn = answer && (await memory.turn(conversation, answer.turnId));
      const options = turn && (await promptOf(memory, conversation, turn));
      return explainConversation({ ...(await at(place)), engine }, conversation, options);
    },
    personaAt: async (place, settings) => (await at(place)).persona(settings),
    licenceNotice: async (place) => {
      const preset = await places.presetAt(place);
      return preset && licenceNotice(preset);
    },
    settings: { overrides, at: places.settingsAt, explain: places.explainAt, limit: places.limitAt, ...library.names },
    access,
    quota,
    optOuts,
    personalData: createPersonalData({
      memory,
      engine: model,
      index,
      optOuts,
      stopAnswers: answering.stop,
      forget,
      settingsIn: createSettingsIn(overrides),
      aloneWith: platforms.aloneWith,
      scrub: async () => {
        if (!(await scrubStore(store)))
          logger.warn(
            { part: 'privacy' },
            'what was deleted may stand in the files of the store for a while: another process reads it',
          );
      },
      sources: [
        {
          name: 'humanPersonas',
          export: async (userId) => Object.fromEntries(await people.all(userId)),
          delete: async (userId) => void (await people.clear(userId)),
        },
        lore.personalData,
        createPersonaPersonalData(personas),
      ],
      now,
    }),
    answers: createAnswerActions({
      ...services,
      reviser,
      surface: platforms.surface,
      newId: randomUUID,
    }),
    bot: { reload: library.reload, shutdown: async () => shutdown(), servers: platforms.servers, leave: platforms.leave },
    answerCounts: counter.counts,
    startedAt: now(),
    now,
    memoryBytes: () => process.memoryUsage.rss(),
  });
  indexKnownUsers({ store, memory, index, logger }).catch((error: unknown) => {
    logger.warn(
      { part: 'privacy', error },
      'who said what could not be looked up for an older memory; the next start tries again',
    );
  });
  startModel({ engine, loading, cascade, logger });

  return {
    platforms,
    places,
    memory,
    engine,
    personas,
    commands,
    respond: (message, port) => {
      const telling = tellPlaces(queue, message, port, systemTimers, () => languageAt(places, message.place));
      return respond({ ...services, queue: telling }, message, port).finally(() => admission.done(message));
    },
    open: createOpening({ memory, places, logger }),
    ...createHearing({ memory, gate, places, queue, arrivals: services.arrivals, listen: config.memory.listen }),
    prospect: admission.prospect,
    replySettings: admission.replySettings,
    seen: createSeenStore(store),
    worn: createWornStore(store),
    notices: createNoticeStore(store),
    formerAnswer: createFormerAnswer(memory),
    pictures: createSpeakerPictures({ persona: personas.get, logger }),
    forget,
    forgetServer: createForgetServer({ overrides, access, lore: lore.attachments }),
    tree: createChannelTree(store),
    stopAnswers: answering.stop,
    drain: end,
    close: async () => {
      try {
        await end();
        await Promise.all([memory.close(), engine.close()]);
      } finally {
        lock.release();
      }
    },
  };
};
