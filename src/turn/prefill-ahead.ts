import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { Memory } from '../core/memory.ts';
import type { Prompt } from '../core/prompt.ts';
import type { Place } from '../core/settings.ts';
import { affinityOf } from './affinity.ts';
import type { IdleWork } from './idle-work.ts';
import { type PrepareServices, preparePrompt } from './prepare.ts';
import { candidatesOf } from './scene-speakers.ts';
import type { TurnEvents, Whereabouts } from './turn-events.ts';

/** What reading ahead needs. */
export type PrefillServices = {
  readonly memory: Pick<Memory, 'settings'>;
  readonly engine: Pick<Engine, 'prefill' | 'model'>;
  readonly idle: Pick<IdleWork, 'add'>;
  at(place: Place | undefined): Promise<PrepareServices>;
};

/**
 * Lets the engine read the next prompt of a conversation while nobody waits: all of it up to the question, which nobody
 * knows yet. After an answer, and after what is said in the bot's hearing where it has answered lately.
 */
export const createPrefillAhead = (services: PrefillServices): TurnEvents => {
  const { engine, idle } = services;
  const active = new Set<ConversationKey>();

  const plan = (where: Whereabouts): void => {
    if (engine.prefill === undefined || !active.has(where.conversation)) return;
    const run = (signal: AbortSignal): Promise<void> => prefillNext(services, where, signal);
    idle.add(`prefill ${where.conversation}`, { waitMs: bounds.idleWork.prefillMs, conversation: where.conversation, run });
  };

  return {
    heard: plan,
    kept: (where) => {
      active.delete(where.conversation);
      active.add(where.conversation);
      const [oldest] = active;
      if (active.size > bounds.prefill.conversationsMax && oldest !== undefined) active.delete(oldest);
      plan(where);
    },
  };
};

/** Reads the next prompt of a conversation ahead; in a scene those of as many members as there are slots. */
export const prefillNext = async (
  services: Omit<PrefillServices, 'idle'>,
  { conversation, place }: Whereabouts,
  signal: AbortSignal,
): Promise<void> => {
  const { memory, engine } = services;
  const model = engine.model;
  if (model === undefined) return;
  const here = await services.at(place);
  // One instruction that holds the history in its middle: its beginning is short, and the rest moves.
  if (here.layout !== undefined) return;
  const settings = await memory.settings(conversation);
  const { scene } = settings;
  const speakers: readonly (string | undefined)[] =
    scene === undefined
      ? [undefined]
      : candidatesOf(scene, here)
          .filter(({ isMuted }) => !isMuted)
          .map(({ personaId }) => personaId)
          .slice(0, model.slots);
  for (const personaId of speakers) {
    if (signal.aborted) return;
    const prompt = await promptBeforeQuestion(here, conversation, personaId);
    // Nothing may come between this and the engine: aborted, the prompt may hold what was deleted while it was made.
    if (prompt === undefined || signal.aborted) continue;
    const affinity = personaId === undefined ? conversation : affinityOf(conversation, settings, personaId);
    await engine.prefill?.({ prompt, affinity, signal });
  }
};

/**
 * The next prompt of a conversation up to the text of a question that nobody has asked yet. It is made with a question in place,
 * so that all that moves with the number of messages stands where it will stand. Undefined where no human has spoken yet, for
 * names in the prompt depend on who does.
 */
export const promptBeforeQuestion = async (
  here: PrepareServices,
  conversation: ConversationKey,
  personaId?: string,
): Promise<Prompt | undefined> => {
  let hasHuman = false;
  const memory: PrepareServices['memory'] = {
    settings: (key) => here.memory.settings(key),
    configure: async () => {},
    count: async (key) => (await here.memory.count(key)) + 1,
    counts: async (key, toId) => {
      const { turns, answers } = await here.memory.counts(key, toId);
      return { turns: turns + 1, answers };
    },
    first: (key) => here.memory.first(key),
    turnsOf: (key, ids) => here.memory.turnsOf(key, ids),
    turns: async (key, range) => {
      const turns = await here.memory.turns(key, range);
      const human = turns.findLast(({ role }) => role === 'user');
      hasHuman = human !== undefined;
      return human === undefined ? turns : [...turns, questionOf(human)];
    },
  };
  // What will be recalled is not known before the question is.
  const { recall: _unasked, ...services } = here;
  const prepared = await preparePrompt({ ...services, memory }, conversation, personaId === undefined ? {} : { personaId });
  return hasHuman && prepared ? before(prepared.composed.prompt, placeholder) : undefined;
};

/** A text that nobody says. */
const placeholder = 'qzwx0placeholder0xwzq';

/** After all other ids. */
const questionOf = ({ speaker, at }: Turn): Turn => ({
  id: '\uffff',
  role: 'user',
  speaker,
  alternatives: [placeholder],
  shown: 0,
  at,
  messageIds: [],
});

/** A prompt up to a text in it. White space in front of the text may become one token with it, so it is left out. */
const before = (prompt: Prompt, text: string): Prompt => {
  const index = prompt.findIndex((segment) => 'text' in segment && segment.text.includes(text));
  const segment = prompt[index];
  if (segment === undefined || !('text' in segment)) return prompt;
  const kept = segment.text.slice(0, segment.text.indexOf(text)).replace(/ +$/, '');
  return [...prompt.slice(0, index), ...(kept === '' ? [] : [{ ...segment, text: kept }])];
};
