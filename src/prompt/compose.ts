import { shownText, type Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { ChatMessage, Prompt } from '../core/prompt.ts';
import { type Cast, type ComposeInput, castOf, createDraft, type Draft } from './draft.ts';
import { type Choice, fitPrompt } from './fit.ts';
import { type PromptInsert, weave } from './inserts.ts';
import { createLayoutDraft, firstWithin, type LayoutDraft, layoutMessages } from './layout-draft.ts';
import type { MacroVariables } from './macros.ts';
import { keptEntries, type PromptPart, partsOf } from './parts.ts';
import { withinPinShare } from './pins.ts';
import { openingText, type RenderOptions, renderPrompt } from './render.ts';

/** What composing asks of the engine. */
export type ComposeDependencies = Pick<Engine, 'countTokens' | 'renderChat'>;

/** A prompt that fits, and what was decided on the way. */
export type ComposedPrompt = {
  readonly prompt: Prompt;
  readonly promptTokens: number;
  /** The tokens kept free for the answer. */
  readonly outputTokensMax: number;
  readonly stopStrings: readonly string[];
  /** What the persona may be called: as the prompt shows it, then its full name where that is another one. */
  readonly ownNames: readonly string[];
  /** The same for everybody else who takes part. */
  readonly otherNames: readonly string[];
  /** The text with which the answer was opened, `''` for none: it is part of the answer as shown. */
  readonly opening: string;
  /** The oldest turn in the prompt once any was dropped: to be remembered for the next prompt. */
  readonly promptStartId?: string;
  /** What did not fit this time. `questionCharacters` were cut out of the question's middle. */
  readonly dropped: { readonly exampleDialogue: boolean; readonly turns: number; readonly questionCharacters: number };
  readonly parts: readonly PromptPart[];
  /** What `{{setvar}}` and the like have changed: to be remembered once the answer is. */
  readonly variables: MacroVariables;
};

/**
 * Makes the prompt for the next answer. The answer's tokens are kept free first; persona and
 * question are always in. What does not fit goes in this order: the example dialogue, then the
 * oldest turns, so many at once that the next prompts begin the same, then what was recalled, then what is
 * pinned, then the question's middle. Throws a `PaddockError` (`prompt-too-long`) when the persona alone fills the
 * context, and what the engine throws.
 */
export const composePrompt = async (given: ComposeInput, dependencies: ComposeDependencies): Promise<ComposedPrompt> => {
  const { promptTokensMax } = tokensOf(given);
  const { input, left } = await withinPinShare(given, promptTokensMax, dependencies.countTokens);
  const { pins = [], inserts = [] } = input;
  const recalled = inserts.filter(({ source }) => source === 'recalled');
  const alone = { ...input, inserts: inserts.filter(({ source }) => source !== 'recalled') };
  // Both give way before the question's own words do.
  const attempts = [
    ...(recalled.length > 0 ? [{ tried: input, lost: [] }] : []),
    ...(pins.length > 0 ? [{ tried: alone, lost: recalled }] : []),
  ];
  for (const { tried, lost } of attempts) {
    const composed = await composeOnce(tried, dependencies).catch(undefinedIfTooLong);
    if (composed?.dropped.questionCharacters === 0) return withLost(composed, left, lost);
  }
  return withLost(await composeOnce({ ...alone, pins: [] }, dependencies), [...left, ...pins], recalled);
};

const undefinedIfTooLong = (error: unknown): undefined => {
  if (error instanceof PaddockError && error.code === 'prompt-too-long') return undefined;
  throw error;
};

/** The prompt with what was to be in it beyond turns, and is not, among its parts. */
const withLost = (composed: ComposedPrompt, pins: readonly Turn[], recalled: readonly PromptInsert[]): ComposedPrompt => {
  const listed = new Set(composed.parts.map(({ turnId }) => turnId));
  const lost: readonly PromptPart[] = [
    ...pins
      .filter(({ id }) => !listed.has(id))
      .map((turn): PromptPart => ({ source: 'pinned turn', turnId: turn.id, text: shownText(turn), state: 'dropped' })),
    ...recalled.map(
      ({ source, label, text }): PromptPart => ({ source, ...(label !== undefined && { label }), text, state: 'dropped' }),
    ),
  ].filter(({ text }) => text !== '');
  return lost.length === 0 ? composed : { ...composed, parts: composed.parts.toSpliced(firstTurnOf(composed.parts), 0, ...lost) };
};

/** Where the chat begins. */
const firstTurnOf = (parts: readonly PromptPart[]): number =>
  parts.findIndex(({ source }) => source === 'turn' || source === 'pinned turn' || source === 'question' || source === 'opening');

/** The tokens of the context that are for the answer, half of them at most, and those that are for the prompt. */
const tokensOf = ({
  contextTokens,
  outputTokensMax: wanted,
}: ComposeInput): { readonly outputTokensMax: number; readonly promptTokensMax: number } => {
  const half = Math.floor(contextTokens / 2);
  const outputTokensMax = wanted >= 1 ? Math.min(Math.floor(wanted), half) : half;
  return { outputTokensMax, promptTokensMax: contextTokens - outputTokensMax };
};

const composeOnce = async (input: ComposeInput, dependencies: ComposeDependencies): Promise<ComposedPrompt> => {
  const composed = await compose(input, dependencies);
  const { promptStartId } = composed;
  if (promptStartId === undefined || promptStartId === input.promptStartId || !losesSomebody(input, promptStartId))
    return composed;
  // The next prompts know only who still takes part, which can change names from the beginning on. So this one is
  // written that way at once, or the next would be read anew as a whole.
  const again = await compose({ ...input, promptStartId }, dependencies);
  const { turns, exampleDialogue } = composed.dropped;
  const gone = composed.parts.filter((part) => part.state === 'dropped' && part.source === 'turn');
  return {
    ...again,
    dropped: {
      ...again.dropped,
      turns: turns + again.dropped.turns,
      exampleDialogue: exampleDialogue || again.dropped.exampleDialogue,
    },
    parts: again.parts.toSpliced(firstTurnOf(again.parts), 0, ...gone),
  };
};

/** Whether somebody spoke only in the turns before a start. */
const losesSomebody = ({ turns, pins = [], persona }: ComposeInput, startId: string): boolean => {
  const kept = [...pins, ...turns.filter((turn) => turn.id >= startId)];
  const stay = new Set(kept.map((turn) => turn.speaker.id)).add(`persona:${persona.id}`);
  return turns.some((turn) => turn.id < startId && !stay.has(turn.speaker.id));
};

const compose = async (input: ComposeInput, dependencies: ComposeDependencies): Promise<ComposedPrompt> => {
  const { template, promptStartId } = input;
  const { draft, messages, startMin } = await draftOf(input, dependencies);
  const { outputTokensMax, promptTokensMax } = tokensOf(input);
  const hasExamples = draft.persona.some((part) => part.isExample);
  const { choice, prompt, promptTokens } = await fitPrompt({
    draft,
    template,
    promptTokensMax,
    startMin,
    // Once turns were dropped the examples stay out, or they would come and go.
    canHaveExamples: hasExamples && (promptStartId === undefined || input.layout !== undefined),
    render: (choice) => {
      const { messages: written, options } = messages(choice);
      return renderPrompt(template, written, options, dependencies.renderChat);
    },
    countTokens: dependencies.countTokens,
  });
  // A layout's history moves with every message: there is no beginning to remember.
  const startId = choice.start === 0 || input.layout ? promptStartId : startIdAt(draft, choice.start);
  const question = draft.tail[0]?.message.content ?? '';
  return {
    prompt,
    promptTokens,
    outputTokensMax,
    stopStrings: draft.stopStrings,
    ...namesOf(castOf(input)),
    opening: openingText(template, draft.options),
    ...(startId !== undefined && { promptStartId: startId }),
    dropped: {
      exampleDialogue: hasExamples && !choice.hasExamples,
      turns: draft.history.slice(0, choice.start).filter(({ isPinned }) => !isPinned).length,
      questionCharacters: choice.question === undefined ? 0 : question.length - choice.questionCharactersKept,
    },
    parts: partsOf(input, draft, choice),
    variables: draft.variables,
  };
};

const namesOf = ({ personaId, names, fullNames }: Cast): Pick<ComposedPrompt, 'ownNames' | 'otherNames'> => {
  const all = [...names, ...fullNames];
  const of = (isOwn: boolean): readonly string[] => all.filter(([id]) => (id === personaId) === isOwn).map(([, name]) => name);
  return { ownNames: of(true), otherNames: of(false) };
};

type Written = { readonly messages: readonly ChatMessage[]; readonly options: RenderOptions };

/** The draft, how a choice of it is written, and the index of the first turn that may be in though it is not pinned. */
const draftOf = async (
  input: ComposeInput,
  { countTokens }: ComposeDependencies,
): Promise<{
  readonly draft: Draft | LayoutDraft;
  readonly messages: (choice: Choice) => Written;
  readonly startMin: number;
}> => {
  if (input.layout === undefined) {
    const draft = createDraft(input);
    return { draft, messages: (choice) => ({ messages: messagesOf(input, draft, choice), options: draft.options }), startMin: 0 };
  }
  const draft = createLayoutDraft(input, input.layout);
  const startMin = await firstWithin(draft.history, input.layout.history?.tokensMax ?? 0, countTokens);
  return { draft, messages: (choice) => layoutMessages(draft, choice), startMin };
};

const startIdAt = (draft: Draft, start: number): string | undefined =>
  (draft.history[start] ?? draft.tail[0] ?? draft.history.at(-1))?.turnId;

const messagesOf = (input: ComposeInput, draft: Draft, choice: Choice): readonly ChatMessage[] => {
  const system = draft.persona.filter((part) => choice.hasExamples || !part.isExample).map((part) => part.text);
  const chat = weave(keptEntries(draft, choice), draft.inserts, input.open !== undefined).map(
    (woven): ChatMessage => ('entry' in woven ? woven.entry.message : { role: woven.role, content: woven.insert.text.trim() }),
  );
  return [{ role: 'system', content: system.join('\n\n') }, ...chat];
};
