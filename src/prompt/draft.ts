import { bounds } from '../core/bounds.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';
import type { ChatMessage } from '../core/prompt.ts';
import type { NamesShown } from './arrange.ts';
import { createLabelGuard } from './labels.ts';
import { cleanName, distinctNames, speakerLabel } from './names.ts';
import { orderTurns } from './order-turns.ts';
import { isCharacter, type PersonaPart, personaParts } from './persona-text.ts';
import type { RenderOptions } from './render.ts';
import type { PromptTemplate } from './template.ts';

/** What a prompt is made from. */
export type ComposeInput = {
  readonly persona: Persona;
  /** The conversation's turns, oldest first; those before `promptStartId` may be missing. */
  readonly turns: readonly Turn[];
  readonly template: PromptTemplate;
  /** Most tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Tokens kept free for the answer; never more than half the context. */
  readonly outputTokensMax: number;
  /** What the last prompt of this conversation gave back; see `ConversationSettings`. */
  readonly promptStartId?: string;
  /** The user turn to answer [the last]. Given, what stands after it is left out. */
  readonly questionId?: string;
  /** The beginning of an unfinished answer, to be continued; its turn must not be among `turns`. */
  readonly open?: string;
  /** Shown names: `auto` for characters and where several people speak. [auto] */
  readonly names?: NamesShown;
  /** System text of this conversation, after the persona's. */
  readonly conversationNote?: string;
};

/** A turn as a message, with where it comes from. */
export type DraftEntry = { readonly turnId: string; readonly message: ChatMessage };

/** Everything a prompt could hold, before the budget decides. */
export type Draft = {
  readonly persona: readonly PersonaPart[];
  /** What may be dropped, oldest first. */
  readonly history: readonly DraftEntry[];
  /** What is always in: the question, and what follows it. */
  readonly tail: readonly DraftEntry[];
  readonly options: RenderOptions;
  readonly stopStrings: readonly string[];
};

/** Orders, names and splits a conversation. Pure. */
export const createDraft = (input: ComposeInput): Draft => {
  const { persona, template } = input;
  const ordered = orderTurns(input.turns, startIdOf(input));
  // Who takes part is taken from all turns given, so that it changes as rarely as it can.
  const personaId = `persona:${persona.id}`;
  const names = distinctNames([
    { id: personaId, name: persona.name },
    ...input.turns.filter((turn) => turn.speaker.id !== personaId).map((turn) => turn.speaker),
  ]);
  const humans = new Set(input.turns.filter((turn) => turn.role === 'user').map((turn) => turn.speaker.id));
  const personas = new Set(input.turns.filter((turn) => turn.role === 'assistant').map((turn) => turn.speaker.id)).add(personaId);
  const isNamed =
    input.names === 'always' || (input.names !== 'never' && (humans.size > 1 || personas.size > 1 || isCharacter(persona)));
  // Where an answer can't open with a name, a single persona's past answers don't show one either.
  const showsPersonas = isNamed && (template.nameOpening || personas.size > 1);
  const name = names.get(personaId) ?? cleanName(persona.name);

  const entries = ordered.map((turn): DraftEntry => {
    const speaker = turn.role === 'user' ? isNamed : showsPersonas;
    const named = names.get(turn.speaker.id);
    return {
      turnId: turn.id,
      message: { role: turn.role, content: lines(shownText(turn)), ...(speaker && named !== undefined && { name: named }) },
    };
  });
  const question =
    input.questionId === undefined
      ? ordered.findLastIndex((turn) => turn.role === 'user')
      : ordered.findIndex((turn) => turn.id === input.questionId);
  const end = input.questionId === undefined || question === -1 ? entries.length : question + 1;
  const split = question === -1 ? end : question;

  const onlyHuman = humans.size === 1 ? names.get([...humans][0] ?? '') : undefined;
  return {
    persona: personaParts(persona, onlyHuman),
    history: entries.slice(0, split),
    tail: entries.slice(split, end),
    options: {
      names: isNamed ? 'always' : 'never',
      ...(isNamed && template.nameOpening && { name }),
      ...(input.open !== undefined && { open: lines(input.open) }),
    },
    stopStrings: stopStrings(template, [...names.values()]),
  };
};

/** A question older than the remembered start, asked again, brings back what stood around it. */
const startIdOf = ({ promptStartId, questionId }: ComposeInput): string | undefined =>
  promptStartId !== undefined && questionId !== undefined && questionId < promptStartId ? undefined : promptStartId;

/** Line ends as models know them. */
const lines = (text: string): string => text.replace(/\r\n?/g, '\n').toWellFormed();

/** The template's, and for everybody who takes part the beginning of a line of theirs. */
const stopStrings = (template: PromptTemplate, names: readonly string[]): readonly string[] => {
  const guard = createLabelGuard(template.labels, template.labelsAt);
  // The first is the persona's own; of very many others the latest count.
  const others = names.slice(1).slice(-bounds.prompt.participantStopsMax);
  const speakers = [...names.slice(0, 1), ...others].map(speakerLabel);
  // A name that looks like a label stands in the prompt with the label broken; the model may write either.
  return [...new Set([...template.stop, ...speakers.flatMap((label) => [`\n${label}`, `\n${guard(label)}`])])];
};
