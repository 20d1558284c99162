import type { Engine } from '../core/engine.ts';
import type { ChatMessage, Prompt } from '../core/prompt.ts';
import { type ComposeInput, createDraft, type Draft } from './draft.ts';
import { type Choice, fitPrompt } from './fit.ts';
import { openingText, renderPrompt } from './render.ts';

/** What composing asks of the engine. */
export type ComposeDependencies = Pick<Engine, 'countTokens' | 'renderChat'>;

/** One piece of a prompt with its source, in the prompt's order; also what did not fit. */
export type PromptPart = {
  readonly source: Draft['persona'][number]['source'] | 'conversation note' | 'turn' | 'question' | 'opening';
  readonly turnId?: string;
  readonly text: string;
  /** Whether it stands in the prompt. */
  readonly state: 'kept' | 'cut' | 'dropped';
};

/** A prompt that fits, and what was decided on the way. */
export type ComposedPrompt = {
  readonly prompt: Prompt;
  readonly promptTokens: number;
  /** The tokens kept free for the answer. */
  readonly outputTokensMax: number;
  readonly stopStrings: readonly string[];
  /** The text with which the answer was opened, `''` for none: it is part of the answer as shown. */
  readonly opening: string;
  /** The oldest turn in the prompt once any was dropped: to be remembered for the next prompt. */
  readonly promptStartId?: string;
  /** What did not fit this time. `questionCharacters` were cut out of the question's middle. */
  readonly dropped: { readonly exampleDialogue: boolean; readonly turns: number; readonly questionCharacters: number };
  readonly parts: readonly PromptPart[];
};

/**
 * Makes the prompt for the next answer. The answer's tokens are kept free first; persona and
 * question are always in. What does not fit goes in this order: the example dialogue, then the
 * oldest turns, so many at once that the next prompts begin the same, then the question's middle.
 * Throws a `PaddockError` (`prompt-too-long`) when the persona alone fills the context, and what
 * the engine throws.
 */
export const composePrompt = async (input: ComposeInput, dependencies: ComposeDependencies): Promise<ComposedPrompt> => {
  const draft = createDraft(input);
  const half = Math.floor(input.contextTokens / 2);
  const outputTokensMax = input.outputTokensMax >= 1 ? Math.min(Math.floor(input.outputTokensMax), half) : half;
  const render = (choice: Choice): Promise<Prompt> =>
    renderPrompt(input.template, messagesOf(input, draft, choice), draft.options, dependencies.renderChat);

  const fitted = await fitPrompt({
    draft,
    template: input.template,
    promptTokensMax: input.contextTokens - outputTokensMax,
    // Once turns were dropped the examples stay out, or they would come and go.
    canHaveExamples: input.promptStartId === undefined && draft.persona.some((part) => part.source === 'example dialogue'),
    render,
    countTokens: dependencies.countTokens,
  });
  const { choice } = fitted;
  const startId =
    choice.start === 0 ? input.promptStartId : (draft.history[choice.start] ?? draft.tail[0] ?? draft.history.at(-1))?.turnId;
  const question = draft.tail[0]?.message.content ?? '';
  return {
    prompt: fitted.prompt,
    promptTokens: fitted.promptTokens,
    outputTokensMax,
    stopStrings: draft.stopStrings,
    opening: openingText(input.template, draft.options),
    ...(startId !== undefined && { promptStartId: startId }),
    dropped: {
      exampleDialogue: !choice.hasExamples && draft.persona.some((part) => part.source === 'example dialogue'),
      turns: choice.start,
      questionCharacters: choice.question === undefined ? 0 : question.length - choice.questionCharactersKept,
    },
    parts: partsOf(input, draft, choice),
  };
};

const messagesOf = (input: ComposeInput, draft: Draft, choice: Choice): readonly ChatMessage[] => {
  const system = [
    ...draft.persona.filter((part) => part.source !== 'example dialogue').map((part) => part.text),
    input.conversationNote?.trim() ?? '',
    ...draft.persona.filter((part) => part.source === 'example dialogue' && choice.hasExamples).map((part) => part.text),
  ].filter((text) => text !== '');
  const tail = draft.tail.map(({ message }, index) =>
    index === 0 && choice.question !== undefined ? { ...message, content: choice.question } : message,
  );
  return [
    { role: 'system', content: system.join('\n\n') },
    ...draft.history.slice(choice.start).map((entry) => entry.message),
    ...tail,
  ];
};

const partsOf = (input: ComposeInput, draft: Draft, choice: Choice): readonly PromptPart[] => {
  const persona = draft.persona.map(
    (part): PromptPart => ({
      ...part,
      state: part.source === 'example dialogue' && !choice.hasExamples ? 'dropped' : 'kept',
    }),
  );
  const note = input.conversationNote?.trim() ?? '';
  const examplesAt = persona.findIndex((part) => part.source === 'example dialogue');
  const parts: PromptPart[] = persona.toSpliced(examplesAt === -1 ? persona.length : examplesAt, 0, {
    source: 'conversation note',
    text: note,
    state: 'kept',
  });
  for (const [index, { turnId, message }] of draft.history.entries())
    parts.push({ source: 'turn', turnId, text: message.content, state: index < choice.start ? 'dropped' : 'kept' });
  for (const [index, { turnId, message }] of draft.tail.entries())
    parts.push({
      source: index === 0 ? 'question' : 'turn',
      turnId,
      text: index === 0 ? (choice.question ?? message.content) : message.content,
      state: index === 0 && choice.question !== undefined ? 'cut' : 'kept',
    });
  parts.push({ source: 'opening', text: openingText(input.template, draft.options), state: 'kept' });
  return parts.filter((part) => part.text !== '');
};
