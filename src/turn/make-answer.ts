import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Speaker } from '../core/conversation.ts';
import { DeliveryError } from '../core/delivery-error.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { ReplyPort } from '../core/message.ts';
import { sentence } from '../core/sentence.ts';
import type { AnswerSettings, Place } from '../core/settings.ts';
import { endsInThought } from '../reply/index.ts';
import { affinityOf } from './affinity.ts';
import { speaksAsItself } from './own-name.ts';
import { type PrepareOptions, type PrepareServices, preparePrompt } from './prepare.ts';
import { withPersona } from './scene-speakers.ts';
import type { TurnEvents, Whereabouts } from './turn-events.ts';
import { writeAnswer } from './write-answer.ts';

/** How answers are made in one place. */
export type PlaceServices = PrepareServices & Pick<AnswerSettings, 'sampling' | 'reasoning' | 'trigger' | 'reply'>;

/** What making an answer needs. */
export type AnswerServices = {
  readonly memory: Memory;
  readonly engine: Engine;
  readonly logger: Logger;
  readonly now: () => number;
  readonly events?: TurnEvents;
  /** The settings of a place, for the model that is loaded at the moment. */
  at(place: Place | undefined): Promise<PlaceServices>;
};

/** An answer as it is to be remembered. */
export type MadeAnswer = {
  /** Whole, with its beginning when it was continued; not empty. */
  readonly text: string;
  readonly speaker: Speaker;
  readonly messageIds: readonly string[];
};

/** One answer to make. */
export type AnswerTask<Kept> = {
  readonly conversation: ConversationKey;
  readonly place?: Place;
  readonly prompt: PrepareOptions;
  /** The turn without which nobody has any use for the answer. */
  readonly neededId?: string;
  /** Remembers the answer. Undefined when what it belongs to is not there any more. */
  keep(answer: MadeAnswer): Promise<Kept | undefined>;
};

/**
 * Makes one answer: prompt, model, delivery, memory. Its turn in the queue has come. Of an answer
 * that breaks off (stopped, a failing engine or platform), what stands in the chat is remembered;
 * then the failure is thrown. Undefined when there is nothing to answer any more, or nothing came
 * before it was stopped.
 */
export const makeAnswer = async <Kept>(
  services: AnswerServices,
  task: AnswerTask<Kept>,
  port: ReplyPort,
  cancelled: AbortSignal,
): Promise<Kept | undefined> => {
  const { memory, engine, logger } = services;
  const { conversation, place, prompt: options } = task;
  const where = { conversation, ...(place && { place }) };
  const settings = await memory.settings(conversation);
  const before = await services.at(place);
  const speaker = speakerOf(before, settings, options);
  const isNamed = options.human === undefined && speaksAsItself(settings, before.reply, place);
  port.begin(isNamed ? { ...speaker, look: { name: speaker.name } } : speaker, before.reply);
  // The settings can depend on the model, so it has to be there first.
  await engine.start();
  const here = await services.at(place);
  // Read now, not when it was asked for, so that what was said meanwhile is known.
  const prepared = await preparePrompt(here, conversation, options);
  if (!prepared) return undefined;
  if (prepared.newStartId !== undefined) void noteStart(services, where, prepared.newStartId);

  const { composed, input } = prepared;
  const { open = '' } = options;
  const written = await writeAnswer(
    engine,
    {
      prompt: composed.prompt,
      affinity: options.human ? conversation : affinityOf(conversation, settings, speaker.id.replace(/^persona:/, '')),
      sampling: here.sampling,
      outputTokensMax: composed.outputTokensMax,
      // Lines of other participants are for the answer's cleaner to see: only it knows what is a thought.
      stopStrings: [...input.template.stop, ...here.stopStrings],
      signal: AbortSignal.any([cancelled, AbortSignal.timeout(bounds.generationMsMax), ...(port.lost ? [port.lost] : [])]),
    },
    {
      name: composed.ownNames[0] ?? speaker.name,
      alsoNamed: composed.ownNames.slice(1),
      otherNames: composed.otherNames,
      reasoning: here.reasoning,
      startsInThought: endsInThought(composed.prompt),
      open,
    },
    port,
  );
  const { usage, reason, shown, remembered } = written;
  if (shown === open && written.failure === undefined && !cancelled.aborted && !port.lost?.aborted) throw nothingToSay(reason);

  // Who deletes a question stops its answer by that, too.
  const isUnwanted = cancelled.aborted && task.neededId !== undefined && !(await memory.turn(conversation, task.neededId));
  let kept: Kept | undefined;
  let failure = written.failure;
  if (isUnwanted) await port.withdraw?.();
  else if (shown !== open) {
    const delivered = await deliver(port, shown);
    failure ??= delivered.failure;
    // An answer that is nothing but thoughts is shown where those are, and not remembered.
    if (remembered !== open && delivered.isSeen) {
      kept = await task.keep({ text: remembered, speaker, messageIds: delivered.messageIds });
      if (kept === undefined) await port.withdraw?.();
      else {
        await prepared.keep();
        if (!options.human) services.events?.kept?.(where);
      }
    }
  }
  if (failure !== undefined) throw failure;
  const { turns: droppedTurns } = composed.dropped;
  logger.info({ part: 'answer', conversation, persona: speaker.id, reason, ...usage, droppedTurns }, 'answered');
  return kept;
};

/** The model is asked meanwhile. Without the note the next prompt finds its beginning anew, that is all. */
const noteStart = async (
  { memory, events, logger }: AnswerServices,
  where: Whereabouts,
  promptStartId: string,
): Promise<void> => {
  try {
    await memory.configure(where.conversation, { promptStartId });
    events?.dropped?.(where);
  } catch (error) {
    logger.warn({ part: 'answer', conversation: where.conversation, error }, 'where the prompt begins could not be noted');
  }
};

const speakerOf = (
  here: PlaceServices,
  settings: Parameters<PlaceServices['persona']>[0],
  { personaId, human }: PrepareOptions,
): Speaker => {
  if (human) return human;
  const { id, name } = here.persona(withPersona(settings, personaId));
  return { id: `persona:${id}`, name };
};

type Delivered = { readonly messageIds: readonly string[]; readonly isSeen: boolean; readonly failure?: unknown };

/** Delivers an answer as far as it goes. */
const deliver = async (port: ReplyPort, text: string): Promise<Delivered> => {
  try {
    return { messageIds: await port.finish(text), isSeen: true };
  } catch (failure) {
    const messageIds = failure instanceof DeliveryError ? failure.deliveredIds : [];
    return { messageIds, isSeen: messageIds.length > 0, failure };
  }
};

const nothingToSay = (reason: string | undefined): PaddockError =>
  new PaddockError(
    'engine-failed',
    `the model ended its answer without any text (${reason}); another template (\`template\`) may suit it better`,
    {
      userText: sentence('nothingToSay'),
      isRetryable: true,
    },
  );
