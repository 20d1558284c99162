import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Prompt } from '../core/prompt.ts';
import { type Sentence, sentence } from '../core/sentence.ts';
import { type ComposedPrompt, type ComposeInput, composePrompt, type PromptPart } from '../prompt/index.ts';
import { type PrepareOptions, type PrepareServices, preparePrompt } from './prepare.ts';

/** One piece of a prompt, with where it comes from and what it costs. */
export type ExplainedPart = {
  /** For people: `description`, `turn of Ada`, … */
  readonly source: string;
  /** The same for other languages: what kind of piece it is, and of whom, or which one of several. [only `source` tells] */
  readonly piece?: { readonly kind: PromptPart['source']; readonly of?: string; readonly label?: string };
  readonly state: 'kept' | 'cut' | 'dropped';
  /** Why it is not whole. */
  readonly reason?: Sentence;
  /** Counted by itself; absent for what is far longer than the context. */
  readonly tokens?: number;
  readonly text: string;
};

/** A prompt taken apart. */
export type Explanation = {
  readonly promptTokens: number;
  /** Tokens of prompt and answer together, as the model is set up. */
  readonly contextTokens: number;
  /** Tokens kept free for the answer. */
  readonly outputTokensMax: number;
  /** In the prompt's order. */
  readonly parts: readonly ExplainedPart[];
  /**
   * What the parts' tokens leave of the prompt's: the template's markup, names, and the difference that
   * texts make to one another at their borders.
   */
  readonly otherTokens: number;
  /** Tokens at the beginning that the prompt for the answer before has, too; absent when there was none. */
  readonly commonTokens?: number;
  readonly stopStrings: readonly string[];
};

/** What is explained. */
export type ExplainInput = {
  readonly prompt: Prompt;
  readonly parts: readonly Omit<ExplainedPart, 'tokens'>[];
  readonly contextTokens: number;
  readonly outputTokensMax: number;
  readonly stopStrings: readonly string[];
  /** The prompt for the answer before. */
  readonly previous?: Prompt;
};

type Counting = Pick<Engine, 'countTokens' | 'tokenise'>;

/** Counts a prompt and its parts. Throws what the engine throws. */
export const explainPrompt = async (input: ExplainInput, engine: Counting): Promise<Explanation> => {
  const { prompt, previous, contextTokens, outputTokensMax, stopStrings } = input;
  const [tokenised, before] = await engine.tokenise(previous ? [prompt, previous] : [prompt]);
  const promptTokens = tokenised?.tokens.length ?? 0;
  const parts = await countParts(input.parts, contextTokens, engine);
  const used = parts.reduce((sum, part) => sum + (part.state === 'dropped' ? 0 : (part.tokens ?? 0)), 0);
  return {
    promptTokens,
    contextTokens,
    outputTokensMax,
    parts,
    otherTokens: promptTokens - used,
    ...(tokenised && before && { commonTokens: commonLength(tokenised.tokens, before.tokens) }),
    stopStrings,
  };
};

/** Explains a composed prompt. Composes and counts, and changes nothing. */
export const explainComposed = async (
  { input, composed, stopStrings }: { input: ComposeInput; composed: ComposedPrompt; stopStrings: readonly string[] },
  engine: Counting & Pick<Engine, 'renderChat'>,
): Promise<Explanation> => {
  const names = new Map([...(input.pins ?? []), ...input.turns].map((turn) => [turn.id, turn.speaker.name]));
  const earlier = earlierQuestion(input);
  // As it was made then: without what was said since.
  const past = earlier && { ...input, questionId: earlier.id, turns: input.turns.filter((turn) => turn.id <= earlier.id) };
  const previous = past && (await composePrompt(past, engine)).prompt;
  const parts = composed.parts.map(({ source, label, turnId, state, text }) => {
    const name = turnId === undefined ? undefined : names.get(turnId);
    const reason = reasonOf(source, state, input, composed);
    const which = name === undefined ? (label === undefined ? source : `${source} “${label}”`) : `${source} of ${name}`;
    const piece = { kind: source, ...(name === undefined ? label !== undefined && { label } : { of: name }) };
    return { source: which, piece, state, ...(reason && { reason }), text };
  });
  const { contextTokens } = input;
  const { prompt, outputTokensMax } = composed;
  return await explainPrompt(
    { prompt, parts, contextTokens, outputTokensMax, stopStrings, ...(previous && { previous }) },
    engine,
  );
};

/** The prompt of a conversation, taken apart. */
export type ConversationPrompt = Explanation & {
  readonly persona: string;
  readonly model: string;
  readonly template: string;
  /** Whether anybody has said anything yet. */
  readonly hasQuestion: boolean;
  /** Whether turns were dropped for earlier prompts already; those are not among the parts. */
  readonly isShortened: boolean;
};

/** Explains the prompt that answers the last message of a conversation, or another one; nothing is written or remembered. Rejects with `not-found` where its question is gone. */
export const explainConversation = async (
  services: PrepareServices & { readonly engine: Counting },
  conversation: ConversationKey,
  options: PrepareOptions = {},
): Promise<ConversationPrompt> => {
  const prepared = await preparePrompt(services, conversation, options);
  if (!prepared)
    throw new PaddockError('not-found', 'the question of the prompt to explain is not remembered', {
      userText: sentence('questionForgotten'),
    });
  const { input, model } = prepared;
  return {
    ...(await explainComposed(prepared, services.engine)),
    persona: input.persona.name,
    model: model.name,
    template: input.template.id,
    hasQuestion: input.questionId !== undefined || input.turns.some(({ role }) => role === 'user'),
    isShortened: input.promptStartId !== undefined,
  };
};

const reasonOf = (
  source: string,
  state: ExplainedPart['state'],
  { layout }: ComposeInput,
  { dropped }: ComposedPrompt,
): Sentence | undefined => {
  switch (state) {
    case 'kept':
      return undefined;
    case 'cut':
      return sentence('partCut', { characters: dropped.questionCharacters });
    case 'dropped':
      if (source === 'pinned turn') return sentence('partPinned', { percent: bounds.pins.shareMax * 100 });
      if (source === 'recalled') return sentence('partRecalled');
      if (source === 'example dialogue') return sentence('partExample');
      return layout
        ? sentence('partBeforeLayout', { tokens: layout.history?.tokensMax ?? 0 })
        : sentence('partTooOld', { percent: bounds.prompt.lowWaterShare * 100 });
    default:
      return state satisfies never;
  }
};

/** The question of the last answer before this one. */
const earlierQuestion = ({ turns, questionId }: ComposeInput): Turn | undefined => {
  const isUser = (turn: Turn): boolean => turn.role === 'user';
  const question = turns.findLastIndex((turn) => (questionId === undefined ? isUser(turn) : turn.id === questionId));
  const before = turns.slice(0, Math.max(question, 0));
  const answer = before.findLastIndex((turn) => turn.role === 'assistant');
  const { replyTo } = before[answer] ?? {};
  return before.slice(0, Math.max(answer, 0)).findLast((turn) => isUser(turn) && (replyTo === undefined || turn.id === replyTo));
};

/**
 * Counts each part as the text after a line's end, which is what stands before most of them; a text
 * at a prompt's very beginning can have a token more. The newest parts are counted first, and no
 * more of what was dropped than composing a prompt itself would look at.
 */
const countParts = async (
  parts: readonly Omit<ExplainedPart, 'tokens'>[],
  contextTokens: number,
  engine: Counting,
): Promise<readonly ExplainedPart[]> => {
  let charactersLeft = contextTokens * bounds.prompt.charactersPerTokenMax;
  const isCounted = parts.map(() => false);
  for (const [index, part] of [...parts.entries()].reverse()) {
    if (part.state === 'dropped') charactersLeft -= part.text.length;
    isCounted[index] = part.state !== 'dropped' || charactersLeft >= 0;
  }
  const counted = parts.filter((_, index) => isCounted[index]);
  const [lineEnd = 0, ...counts] = await engine.countTokens([
    [{ kind: 'text', text: '\n' }],
    ...counted.map(({ text }): Prompt => [{ kind: 'text', text: `\n${text}` }]),
  ]);
  const tokens = counts.values();
  return parts.map((part, index) => (isCounted[index] ? { ...part, tokens: (tokens.next().value ?? 0) - lineEnd } : part));
};

const commonLength = (one: readonly number[], other: readonly number[]): number => {
  const differs = one.findIndex((token, index) => token !== other[index]);
  return differs === -1 ? one.length : differs;
};

/** A text's beginning on one line, without anything that could act on a terminal. */
export const previewOf = (text: string, charactersMax: number): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ').trim();
  return line.length <= charactersMax ? line : `${line.slice(0, Math.max(0, charactersMax - 1)).toWellFormed()}…`;
};
