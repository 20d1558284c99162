import { bounds } from '../core/bounds.ts';
import { type ConversationKey, type ConversationSettings, type Summary, shownText, type Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { Prompt } from '../core/prompt.ts';
import { sentence } from '../core/sentence.ts';
import { cleanName, distinctNames, renderPrompt } from '../prompt/index.ts';
import { endsInThought } from '../reply/index.ts';
import { readSummary, summaryPrompt } from '../tasks/summarise.ts';
import { summaryAffinity } from './affinity.ts';
import type { IdleWork } from './idle-work.ts';
import type { PlaceServices } from './make-answer.ts';
import { nicknamesOf } from './nickname.ts';
import type { TurnEvents, Whereabouts } from './turn-events.ts';
import { writeAnswer } from './write-answer.ts';

export type SummariserServices = {
  readonly memory: Memory;
  readonly engine: Engine;
  readonly logger: Logger;
  readonly idle: Pick<IdleWork, 'add'>;
  /** Whether summaries are made without being asked for, besides what a conversation says. */
  isOn(): boolean;
  at(place: PlaceServices['place']): Promise<PlaceServices>;
  readonly events?: Pick<TurnEvents, 'kept'>;
};

/** Keeps in short what no longer fits into the prompt. */
export type Summariser = Pick<Required<TurnEvents>, 'dropped'> & {
  /**
   * Summarises now what has left the prompt since the last summary. Undefined where nothing has, or when it was stopped. Throws what
   * engine and memory throw, and `engine-failed` when the model wrote nothing.
   */
  make(where: Whereabouts, signal: AbortSignal): Promise<Summary | undefined>;
};

/**
 * Summaries are made when the bot is idle: a request aborts the one under way, which is tried again later. The turns stay stored.
 * The summary stands in the system prompt, so it changes only when turns were dropped, which has changed the prompt's beginning already.
 */
export const createSummariser = (services: SummariserServices): Summariser => {
  const { memory, idle, logger } = services;

  const plan = (where: Whereabouts, tries = 1): void => {
    idle.add(`summary ${where.conversation}`, {
      waitMs: bounds.idleWork.summaryMs,
      conversation: where.conversation,
      isRetried: true,
      run: async (signal) => {
        const { isSummarised = true } = await memory.settings(where.conversation);
        if (!isSummarised || !services.isOn()) return;
        try {
          const made = await makeSummary(services, where, signal);
          if (made?.isWhole === false) plan(where);
          else if (made) services.events?.kept?.(where);
        } catch (error) {
          if (signal.aborted) return;
          if (tries < bounds.summary.triesMax) plan(where, tries + 1);
          logger.warn({ part: 'summary', conversation: where.conversation, error, tries }, 'a summary could not be made');
        }
      },
    });
  };

  return {
    dropped: (where) => plan(where),
    make: async (where, signal) => {
      for (;;) {
        const made = await makeSummary(services, where, signal);
        if (made === undefined || made.isWhole) return made?.summary;
      }
    },
  };
};

type Made = { readonly summary: Summary; readonly isWhole: boolean };

/** One step: the former summary and as many of the turns behind it as the model can read at once. */
const makeSummary = async (
  services: SummariserServices,
  { conversation, place }: Whereabouts,
  signal: AbortSignal,
): Promise<Made | undefined> => {
  const { memory, engine } = services;
  const settings = await memory.settings(conversation);
  const gone = await turnsGone(memory, conversation, settings);
  if (gone.length === 0) return undefined;
  const model = await engine.start();
  const here = await services.at(place);
  const { wordsMax, tokensMax } = bounds.summary;
  const outputTokensMax = Math.min(tokensMax, Math.floor(model.contextTokens / 4));
  const former = settings.summary?.text;
  const lines = linesOf(gone, nicknamesOf(here), Math.floor(model.contextTokens / 2));
  const promptFor = (count: number): Promise<Prompt> => {
    const content = summaryPrompt({ ...(former !== undefined && { former }), lines: lines.slice(0, count), wordsMax });
    return renderPrompt(here.template(), [{ role: 'user', content }], {}, engine.renderChat);
  };
  const fitting = await mostThatFit(lines.length, promptFor, engine, model.contextTokens - outputTokensMax);
  const last = gone[fitting.count - 1];
  if (last === undefined) return undefined;
  const affinity = summaryAffinity(conversation);
  try {
    const written = await writeAnswer(
      engine,
      {
        prompt: fitting.prompt,
        affinity,
        sampling: { ...here.sampling, temperature: 0.3 },
        outputTokensMax,
        stopStrings: [...here.template().stop, ...here.stopStrings],
        signal,
      },
      { name: '', otherNames: [], reasoning: 'hide', startsInThought: endsInThought(fitting.prompt) },
      { show: () => {} },
    );
    if (signal.aborted) return undefined;
    if (written.failure !== undefined) throw written.failure;
    const text = readSummary(written.remembered, wordsMax);
    if (text === '') throw nothingWritten();
    const summary = { text, ...beginningOf(settings, gone[0]), throughId: last.id };
    if (!(await isStillWanted(memory, conversation, settings, gone.slice(0, fitting.count)))) return undefined;
    await memory.configure(conversation, { summary });
    return { summary, isWhole: fitting.count === gone.length };
  } finally {
    await engine.forget(affinity);
  }
};

/** Where the summary begins: with the former one, which may go back to the conversation's beginning, else with the first turn in it. */
const beginningOf = ({ summary: former }: ConversationSettings, first: Turn | undefined): Pick<Summary, 'fromId'> => {
  if (former === undefined) return first === undefined ? {} : { fromId: first.id };
  return former.fromId === undefined ? {} : { fromId: former.fromId };
};

/** What has left the prompt and is in no summary yet, oldest first. */
const turnsGone = async (
  memory: Memory,
  conversation: ConversationKey,
  { promptStartId, summary }: ConversationSettings,
): Promise<readonly Turn[]> => {
  if (promptStartId === undefined) return [];
  const throughId = summary?.throughId ?? '';
  const turns = await memory.turns(conversation, {
    ...(throughId !== '' && { fromId: throughId }),
    toId: promptStartId,
    newest: bounds.prompt.turnsMax,
  });
  return turns.filter((turn) => turn.id > throughId && turn.id < promptStartId && shownText(turn).trim() !== '');
};

/** With names as the prompt has them: one line can't speak for two, and none fills the context alone. */
const linesOf = (
  turns: readonly Turn[],
  nicknameOf: ReturnType<typeof nicknamesOf>,
  charactersMax: number,
): readonly string[] => {
  const names = distinctNames(turns.map(({ speaker: { id, name } }) => ({ id, name: nicknameOf(id) ?? name })));
  return turns.map((turn) => {
    const text = shownText(turn)
      .replace(/\s*[\r\n]+\s*/g, ' ')
      .trim()
      .slice(0, charactersMax)
      .toWellFormed();
    return `${names.get(turn.speaker.id) ?? cleanName(turn.speaker.name)}: ${text}`;
  });
};

/** The most lines that leave room for the answer, by halves. */
const mostThatFit = async (
  lineCount: number,
  promptFor: (count: number) => Promise<Prompt>,
  { countTokens }: Pick<Engine, 'countTokens'>,
  promptTokensMax: number,
): Promise<{ readonly count: number; readonly prompt: Prompt }> => {
  for (let count = lineCount; ; count = Math.max(1, Math.floor(count / 2))) {
    const prompt = await promptFor(count);
    const [tokens = 0] = await countTokens([prompt]);
    if (tokens <= promptTokensMax || count === 1) return { count, prompt };
  }
};

/** Whether nobody has changed the summary meanwhile, nor changed or forgotten anything of what it is about. */
const isStillWanted = async (
  memory: Memory,
  conversation: ConversationKey,
  { summary: former }: ConversationSettings,
  covered: readonly Turn[],
): Promise<boolean> => {
  const { summary } = await memory.settings(conversation);
  const isSame = summary?.text === former?.text && summary?.throughId === former?.throughId;
  if (!isSame) return false;
  const now = await memory.turnsOf(
    conversation,
    covered.map(({ id }) => id),
  );
  const texts = new Map(now.map((turn) => [turn.id, shownText(turn)]));
  return covered.every((turn) => texts.get(turn.id) === shownText(turn));
};

const nothingWritten = (): PaddockError =>
  new PaddockError('engine-failed', 'the model wrote no summary', {
    userText: sentence('noSummary'),
    isRetryable: true,
  });
