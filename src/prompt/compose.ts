import type { Engine } from '../core/engine.ts';
import type { ChatMessage, Prompt } from '../core/prompt.ts';
import { type ComposeInput, castOf, createDraft, type Draft } from './draft.ts';
import { type Choice, fitPrompt } from './fit.ts';
import { weave } from './inserts.ts';
import { createLayoutDraft, firstWithin, type LayoutDraft, layoutMessages } from './layout-draft.ts';
import type { MacroVariables } from './macros.ts';
import { keptEntries, type PromptPart, partsOf } from './parts.ts';
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
  /** The names of all who take part, as the prompt shows them; the persona's own first. */
  readonly names: readonly string[];
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
 * oldest turns, so many at once that the next prompts begin the same, then the question's middle.
 * Throws a `PaddockError` (`prompt-too-long`) when the persona alone fills the context, and what
 * the engine throws.
 */
export const composePrompt = async (input: ComposeInput, dependencies: ComposeDependencies): Promise<ComposedPrompt> => {
  const composed = await compose(input, dependencies);
  const { promptStartId } = composed;
  if (promptStartId === undefined || promptStartId === input.promptStartId || !losesSomebody(input, promptStartId))
    return composed;
  // The next prompts know only who still takes part, which can change names from the beginning on. So this one is
  // written that way at once, or the next would be read anew as a whole.
  const again = await compose({ ...input, promptStartId }, dependencies);
  const { turns, exampleDialogue } = composed.dropped;
  const gone = composed.parts.filter((part) => part.state === 'dropped' && part.source === 'turn');
  const firstTurn = again.parts.findIndex((part) => part.source === 'turn' || part.source === 'question');
  return {
    ...again,
    dropped: {
      ...again.dropped,
      turns: turns + again.dropped.turns,
      exampleDialogue: exampleDialogue || again.dropped.exampleDialogue,
    },
    parts: again.parts.toSpliced(firstTurn, 0, ...gone),
  };
};

/** Whether somebody spoke only in the turns before a start. */
const losesSomebody = ({ turns, persona }: ComposeInput, startId: string): boolean => {
  const stay = new Set(turns.filter((turn) => turn.id >= startId).map((turn) => turn.speaker.id)).add(`persona:${persona.id}`);
  return turns.some((turn) => turn.id < startId && !stay.has(turn.speaker.id));
};

const compose = async (input: ComposeInput, dependencies: ComposeDependencies): Promise<ComposedPrompt> => {
  const { template, promptStartId } = input;
  const { draft, messages, window } = await draftOf(input, dependencies);
  const half = Math.floor(input.contextTokens / 2);
  const outputTokensMax = input.outputTokensMax >= 1 ? Math.min(Math.floor(input.outputTokensMax), half) : half;
  const hasExamples = draft.persona.some((part) => part.isExample);
  const { choice, prompt, promptTokens } = await fitPrompt({
    draft: window === 0 ? draft : { ...draft, history: draft.history.slice(window) },
    template,
    promptTokensMax: input.contextTokens - outputTokensMax,
    // Once turns were dropped the examples stay out, or they would come and go.
    canHaveExamples: hasExamples && (promptStartId === undefined || input.layout !== undefined),
    render: (choice) => {
      const { messages: written, options } = messages(within(choice, window));
      return renderPrompt(template, written, options, dependencies.renderChat);
    },
    countTokens: dependencies.countTokens,
  }).then((fitted) => ({ ...fitted, choice: within(fitted.choice, window) }));
  // A layout's history moves with every message: there is no beginning to remember.
  const startId = choice.start === 0 || input.layout ? promptStartId : startIdAt(draft, choice.start);
  const question = draft.tail[0]?.message.content ?? '';
  return {
    prompt,
    promptTokens,
    outputTokensMax,
    stopStrings: draft.stopStrings,
    names: [...castOf(input).names.values()],
    opening: openingText(template, draft.options),
    ...(startId !== undefined && { promptStartId: startId }),
    dropped: {
      exampleDialogue: hasExamples && !choice.hasExamples,
      turns: choice.start,
      questionCharacters: choice.question === undefined ? 0 : question.length - choice.questionCharactersKept,
    },
    parts: partsOf(input, draft, choice),
    variables: draft.variables,
  };
};

type Written = { readonly messages: readonly ChatMessage[]; readonly options: RenderOptions };

/** The draft, how a choice of it is written, and the index of the first turn that may be in at all. */
const draftOf = async (
  input: ComposeInput,
  { countTokens }: ComposeDependencies,
): Promise<{ readonly draft: Draft | LayoutDraft; readonly messages: (choice: Choice) => Written; readonly window: number }> => {
  if (input.layout === undefined) {
    const draft = createDraft(input);
    return { draft, messages: (choice) => ({ messages: messagesOf(input, draft, choice), options: draft.options }), window: 0 };
  }
  const draft = createLayoutDraft(input, input.layout);
  const window = await firstWithin(draft.history, input.layout.history?.tokensMax ?? 0, countTokens);
  return { draft, messages: (choice) => layoutMessages(draft, choice), window };
};

/** A choice made among the turns of a window, as one among all turns. */
const within = (choice: Choice, window: number): Choice => ({ ...choice, start: choice.start + window });

const startIdAt = (draft: Draft, start: number): string | undefined =>
  (draft.history[start] ?? draft.tail[0] ?? draft.history.at(-1))?.turnId;

const messagesOf = (input: ComposeInput, draft: Draft, choice: Choice): readonly ChatMessage[] => {
  const system = draft.persona.filter((part) => choice.hasExamples || !part.isExample).map((part) => part.text);
  const chat = weave(keptEntries(draft, choice), draft.inserts, input.open !== undefined).map(
    (woven): ChatMessage => ('entry' in woven ? woven.entry.message : { role: woven.role, content: woven.insert.text.trim() }),
  );
  return [{ role: 'system', content: system.join('\n\n') }, ...chat];
};
