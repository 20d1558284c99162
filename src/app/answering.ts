import type { Gate } from '../access/gate.ts';
import type { LoggedQueue } from '../commands/request-log.ts';
import type { TrackedQueue } from '../commands/track-answers.ts';
import type { Config } from '../config/config.ts';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { IncomingMessage } from '../core/message.ts';
import type { Recall } from '../recall/index.ts';
import { systemTimers } from '../reply/index.ts';
import { createRecentAnswers } from '../trigger/index.ts';
import { forgetEvaluated } from '../turn/affinity.ts';
import { createBesideAnswers } from '../turn/beside-answers.ts';
import { createArrivals, type RespondServices } from '../turn/respond.ts';
import { createReviser, type Reviser } from '../turn/revise.ts';
import { createRoleplayActions, type RoleplayActions } from '../turn/roleplay-actions.ts';
import { createToldOnce } from '../turn/told-once.ts';
import { createTroubles } from '../turn/troubles.ts';
import { type Admission, createAdmission } from './admission.ts';
import type { Places } from './place-services.ts';
import type { Platforms } from './platforms.ts';

export type AnsweringParts = {
  readonly config: Config;
  readonly memory: Memory;
  readonly engine: Engine;
  readonly queue: LoggedQueue<TrackedQueue>;
  readonly places: Places;
  readonly platforms: Platforms;
  readonly gate: Gate;
  /** Whether what somebody says may be used at all. */
  readonly mayUse: (userId: string) => Promise<boolean>;
  readonly recall: Pick<Recall, 'isBehind' | 'fill'>;
  readonly logger: Logger;
  readonly now: () => number;
};

/** Everything by which answers are made, and what goes on beside them. */
export type Answering = {
  readonly services: RespondServices;
  readonly queue: LoggedQueue<TrackedQueue>;
  readonly admission: Pick<Admission, 'prospect' | 'replySettings' | 'done'>;
  readonly reviser: Reviser;
  readonly roleplay: RoleplayActions;
  /** Ends the answers of a conversation, what is read ahead of it, and a scene that goes on by itself; resolves with the number of answers. */
  stop(conversation: ConversationKey): Promise<number>;
  /** A scene does not go on by itself until a human is answered again; what is being written goes on. False where none did. */
  endAutoScene(conversation: ConversationKey): boolean;
  /** Drops all that the engine has evaluated of a conversation, whoever answered in it. */
  forget(conversation: ConversationKey): Promise<void>;
  /** Ends what goes on by itself. */
  close(): Promise<void>;
};

/** Puts together how questions are answered, scenes go on, summaries are made and prompts are read ahead. */
export const createAnswering = (parts: AnsweringParts): Answering => {
  const { config, memory, engine, places, platforms, gate, logger, now } = parts;
  const base = { memory, engine, logger, now, at: places.at, random: Math.random };
  const { queue, summariser, stop, halt, close, ...beside } = createBesideAnswers({
    ...base,
    queue: parts.queue,
    timers: systemTimers,
    portOn: platforms.surface.portOn,
    recall: parts.recall,
    makesSummaries: () => config.memory.summary === 'auto' && engine.model?.isDemo === false,
  });
  const recentAnswers = createRecentAnswers();
  const admission = createAdmission({ gate, places, recentAnswers, queue, queueBounds: config.queue });
  const services: RespondServices = {
    ...base,
    ...beside,
    queue,
    recentAnswers,
    troubles: createTroubles({ now }),
    listen: config.memory.listen,
    arrivals: createArrivals(),
    mayUse: parts.mayUse,
    hear: async (message: IncomingMessage): Promise<boolean> => {
      const { isHeard, refusal } = await gate.hear(message);
      if (refusal) throw refusal;
      return isHeard;
    },
    admit: admission.admit,
    toldRefusals: createToldOnce({ now, quietMs: bounds.toldRefusals.quietMs, conversationsMax: bounds.toldRefusals.countMax }),
  };
  const reviser = createReviser(services);
  const forget = forgetEvaluated({ memory, engine });
  return {
    services,
    queue,
    admission,
    reviser,
    roleplay: createRoleplayActions({ ...services, ...beside, reviser, summariser }),
    stop: async (conversation) => {
      stop(conversation);
      const [answers] = await Promise.all([queue.stop(conversation), halt(conversation)]);
      return answers;
    },
    endAutoScene: stop,
    forget: async (conversation) => {
      // What has begun since the answers were stopped may have read what is gone by now.
      await halt(conversation);
      await forget(conversation);
    },
    close,
  };
};
