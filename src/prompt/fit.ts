import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Prompt } from '../core/prompt.ts';
import { sentence } from '../core/sentence.ts';
import { cutMiddle } from './cut.ts';
import type { Draft, DraftEntry } from './draft.ts';
import type { PromptTemplate } from './template.ts';
import { costOf, markup, messageText, plain } from './turn-costs.ts';

/** What of a draft goes into the prompt. */
export type Choice = {
  readonly hasExamples: boolean;
  /** Index of the first turn of the history that stays. */
  readonly start: number;
  /** The question's text where it had to be cut. */
  readonly question?: string;
  readonly questionCharactersKept: number;
};

type Fitting = {
  readonly draft: Draft;
  readonly template: PromptTemplate;
  readonly promptTokensMax: number;
  /** Index of the first turn of the history that may be in at all; pinned ones are. */
  readonly startMin: number;
  readonly canHaveExamples: boolean;
  readonly render: (choice: Choice) => Promise<Prompt>;
  readonly countTokens: (prompts: readonly Prompt[]) => Promise<readonly number[]>;
};

type Fitted = { readonly choice: Choice; readonly prompt: Prompt; readonly promptTokens: number };

/** Tokens that may come to a text when its neighbours are tokenised with it. */
const seamTokens = 8;

/**
 * Chooses what goes into a prompt of at most `promptTokensMax` tokens and renders it. Counting is
 * asked for once when everything fits, and never more than six times.
 */
export const fitPrompt = async (fitting: Fitting): Promise<Fitted> => {
  const { draft, promptTokensMax, startMin } = fitting;
  const whole: Choice = { hasExamples: fitting.canHaveExamples, start: startMin, questionCharactersKept: 0 };
  const available = draft.history.length - startMin;
  const countable = Math.min(countableHistory(draft, promptTokensMax), available);
  if (countable === available) {
    const choices = fitting.canHaveExamples ? [whole, { ...whole, hasExamples: false }] : [whole];
    const fitted = await firstThatFits(fitting, choices);
    if (fitted) return fitted;
  }

  // The history has to give way.
  const bare: Choice = { hasExamples: false, start: draft.history.length, questionCharactersKept: 0 };
  const recent = draft.history.slice(draft.history.length - countable);
  const [question] = draft.tail;
  const [barePrompt, turns] = [await fitting.render(bare), recent.map(({ message }) => messageText(message))];
  const [bareTokens = 0, userMarkup = 0, answerMarkup = 0, questionTokens = 0, ...turnTokens] = await fitting.countTokens([
    barePrompt,
    markup(fitting.template, 'user'),
    markup(fitting.template, 'assistant'),
    plain(question ? messageText(question.message) : ''),
    ...turns.map(plain),
  ]);
  if (bareTokens > promptTokensMax) return cutQuestion(fitting, bare, promptTokensMax - (bareTokens - questionTokens));

  // What is pinned is in the bare prompt already.
  const costs = recent.map(({ message, isPinned }, index) =>
    isPinned ? 0 : costOf(fitting.template, message.role, turnTokens[index] ?? 0, { userMarkup, answerMarkup }),
  );
  const room = (promptTokensMax - bareTokens) * bounds.prompt.lowWaterShare;
  const isBetweenPersonas = question?.message.role === 'assistant';
  const starts = [1, 0.5, 0].map((share) => draft.history.length - turnsWithin(recent, costs, room * share, isBetweenPersonas));
  for (const start of new Set(starts)) {
    const fitted = start === bare.start ? undefined : await firstThatFits(fitting, [{ ...bare, start }]);
    if (fitted) return fitted;
  }
  return { choice: bare, prompt: barePrompt, promptTokens: bareTokens };
};

/** Counts all choices in one call; the first that fits is taken. */
const firstThatFits = async (fitting: Fitting, choices: readonly Choice[]): Promise<Fitted | undefined> => {
  const prompts = await Promise.all(choices.map(fitting.render));
  const counts = await fitting.countTokens(prompts);
  for (const [index, choice] of choices.entries()) {
    const [prompt, promptTokens] = [prompts[index], counts[index]];
    if (prompt && promptTokens !== undefined && promptTokens <= fitting.promptTokensMax) return { choice, prompt, promptTokens };
  }
  return undefined;
};

/** How many of the newest turns are worth counting: what is far longer than the context never fits. */
const countableHistory = (draft: Draft, promptTokensMax: number): number => {
  let characters = promptTokensMax * bounds.prompt.charactersPerTokenMax;
  const tooFar = draft.history.findLastIndex((entry) => {
    characters -= entry.message.content.length;
    return characters < 0;
  });
  return draft.history.length - 1 - tooFar;
};

/**
 * How many of the newest turns cost at most `tokens` together, the first of them a human's: an
 * answer without what it answers tells the model little, and few forms can begin with one. Where
 * personas talk with one another and no human's is among them, an answer has to do.
 */
const turnsWithin = (
  turns: readonly DraftEntry[],
  costs: readonly number[],
  tokens: number,
  isBetweenPersonas: boolean,
): number => {
  let left = tokens;
  let start = turns.length;
  while (start > 0 && (costs[start - 1] ?? 0) <= left) {
    start -= 1;
    left -= costs[start] ?? 0;
  }
  const human = turns.findIndex((entry, index) => index >= start && entry.message.role === 'user');
  if (human === -1) return isBetweenPersonas ? turns.length - start : 0;
  return turns.length - human;
};

/** Keeps as much of the question's beginning and end as fits in `tokens`. */
const cutQuestion = async (fitting: Fitting, bare: Choice, tokens: number): Promise<Fitted> => {
  const text = fitting.draft.tail[0]?.message.content ?? '';
  if (tokens < bounds.prompt.questionTokensMin || text === '') throw tooLong(fitting.promptTokensMax);
  // Tokens are spread unevenly over a text, so many lengths are tried in one call.
  const longest = Math.min(text.length, tokens * bounds.prompt.charactersPerTokenMax);
  const lengths = Array.from({ length: 40 }, (_, index) => Math.floor(longest * 0.85 ** (index + 0.25)));
  const cuts = lengths.map((length) => cutMiddle(text, length));
  const counts = await fitting.countTokens(cuts.map(plain));
  const fits = (limit: number) => counts.findIndex((count) => count <= limit);
  for (const limit of [tokens - seamTokens, tokens / 2, tokens / 4]) {
    const index = fits(limit);
    const question = cuts[index];
    if (question === undefined) continue;
    const fitted = await firstThatFits(fitting, [{ ...bare, question, questionCharactersKept: lengths[index] ?? 0 }]);
    if (fitted) return fitted;
  }
  throw tooLong(fitting.promptTokensMax);
};

const tooLong = (promptTokensMax: number): PaddockError =>
  new PaddockError(
    'prompt-too-long',
    `persona and question don't fit: ${promptTokensMax} tokens are left for the prompt; shorten the persona or its note, raise the context size or lower the answer's tokens`,
    {
      userText: sentence('instructionsTooLong'),
    },
  );
