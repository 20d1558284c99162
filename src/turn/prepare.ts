import { bounds } from '../core/bounds.ts';
import type { ConversationKey, ConversationSettings, Turn } from '../core/conversation.ts';
import type { Engine, ModelInfo } from '../core/engine.ts';
import type { PromptLayout } from '../core/layout.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import { type ComposedPrompt, type ComposeInput, composePrompt, type PromptTemplate } from '../prompt/index.ts';

/** What making a prompt needs. */
export type PrepareServices = {
  readonly memory: Pick<Memory, 'settings' | 'turns'>;
  readonly engine: Pick<Engine, 'start' | 'countTokens' | 'renderChat'>;
  /** The persona of a conversation with these settings. */
  persona(settings: ConversationSettings): Persona;
  /** The template for the loaded model. */
  template(): PromptTemplate;
  readonly outputTokensMax: number;
  /** Texts that end an answer, besides the template's and the participants'. */
  readonly stopStrings: readonly string[];
  /** How persona, history and question become one instruction, where that is wanted. */
  readonly layout?: PromptLayout;
};

export type PrepareOptions = {
  /** The user turn to answer. [the last one of the conversation, if there is any] */
  readonly questionId?: string;
};

/** A prompt as it goes to the engine, and what it was made from. */
export type PreparedPrompt = {
  readonly composed: ComposedPrompt;
  /** What `composed` was made from. */
  readonly input: ComposeInput;
  readonly settings: ConversationSettings;
  readonly model: ModelInfo;
  /** All of them: the template's, the participants' and the configured ones. */
  readonly stopStrings: readonly string[];
};

/**
 * Reads a conversation as it is now and makes the prompt for the answer to a question in it.
 * Undefined when the question is not there any more. Writes nothing: who sends the prompt also
 * remembers its `promptStartId`. Throws what memory, engine and `composePrompt` throw.
 */
export const preparePrompt = async (
  services: PrepareServices,
  conversation: ConversationKey,
  options: PrepareOptions = {},
): Promise<PreparedPrompt | undefined> => {
  const { memory, engine } = services;
  const settings = await memory.settings(conversation);
  const turns = await memory.turns(conversation, {
    // A layout has a window of its own, which may reach further back.
    ...(settings.promptStartId === undefined || services.layout ? {} : { fromId: settings.promptStartId }),
    newest: bounds.prompt.turnsMax,
  });
  const question = questionOf(turns, options.questionId);
  if (options.questionId !== undefined && !question) return undefined;
  const persona = services.persona(settings);
  const model = await engine.start();
  const input: ComposeInput = {
    persona,
    turns,
    template: services.template(),
    contextTokens: model.contextTokens,
    outputTokensMax: services.outputTokensMax,
    ...(question && { questionId: question.id }),
    ...(settings.promptStartId === undefined ? {} : { promptStartId: settings.promptStartId }),
    ...(services.layout && { layout: services.layout }),
  };
  const composed = await composePrompt(input, engine);
  const stopStrings = [...new Set([...composed.stopStrings, ...services.stopStrings])];
  return { composed, input, settings, model, stopStrings };
};

const questionOf = (turns: readonly Turn[], id: string | undefined): Turn | undefined =>
  id === undefined ? turns.findLast((turn) => turn.role === 'user') : turns.find((turn) => turn.id === id);
