import { bounds } from '../core/bounds.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import type { PromptLayout } from '../core/layout.ts';
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
  /** Puts all of it into one instruction, in place of a system prompt and turns; `names` has no meaning then. */
  readonly layout?: PromptLayout;
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

/** Who takes part in a conversation, from all turns given, so that it changes as rarely as it can. */
export type Cast = {
  readonly personaId: string;
  /** The persona's name as it stands in the prompt. */
  readonly name: string;
  /** The names by speaker id, no two alike. */
  readonly names: ReadonlyMap<string, string>;
  readonly humans: ReadonlySet<string>;
  readonly personas: ReadonlySet<string>;
  /** The name of the human when there is exactly one. */
  readonly onlyHuman: string | undefined;
};

/** Orders, names and splits a conversation. Pure. */
export const createDraft = (input: ComposeInput): Draft => {
  const { persona, template } = input;
  const cast = castOf(input);
  const { before, after } = splitTurns(input, startIdOf(input));
  const isNamed =
    input.names === 'always' ||
    (input.names !== 'never' && (cast.humans.size > 1 || cast.personas.size > 1 || isCharacter(persona)));
  // Where an answer can't open with a name, a single persona's past answers don't show one either.
  const showsPersonas = isNamed && (template.nameOpening || cast.personas.size > 1);
  const entryOf = (turn: Turn): DraftEntry => {
    const shows = turn.role === 'user' ? isNamed : showsPersonas;
    const name = cast.names.get(turn.speaker.id);
    return {
      turnId: turn.id,
      message: { role: turn.role, content: lines(shownText(turn)), ...(shows && name !== undefined && { name }) },
    };
  };
  return {
    persona: personaParts(persona, cast.onlyHuman),
    history: before.map(entryOf),
    tail: after.map(entryOf),
    options: {
      names: isNamed ? 'always' : 'never',
      ...(isNamed && template.nameOpening && { name: cast.name }),
      ...(input.open !== undefined && { open: lines(input.open) }),
    },
    stopStrings: stopStrings(template, cast),
  };
};

/** The turns in the prompt's order: those before the question, and the question with what follows it. */
export const splitTurns = (
  { turns, questionId }: ComposeInput,
  startId: string | undefined,
): { readonly before: readonly Turn[]; readonly after: readonly Turn[] } => {
  const ordered = orderTurns(turns, startId);
  const question =
    questionId === undefined
      ? ordered.findLastIndex((turn) => turn.role === 'user')
      : ordered.findIndex((turn) => turn.id === questionId);
  if (question === -1) return { before: ordered, after: [] };
  return {
    before: ordered.slice(0, question),
    after: ordered.slice(question, questionId === undefined ? undefined : question + 1),
  };
};

export const castOf = ({ persona, turns }: ComposeInput): Cast => {
  const personaId = `persona:${persona.id}`;
  const names = distinctNames([
    { id: personaId, name: persona.name },
    ...turns.filter((turn) => turn.speaker.id !== personaId).map((turn) => turn.speaker),
  ]);
  const humans = new Set(turns.filter((turn) => turn.role === 'user').map((turn) => turn.speaker.id));
  return {
    personaId,
    name: names.get(personaId) ?? cleanName(persona.name),
    names,
    humans,
    personas: new Set(turns.filter((turn) => turn.role === 'assistant').map((turn) => turn.speaker.id)).add(personaId),
    onlyHuman: humans.size === 1 ? names.get([...humans][0] ?? '') : undefined,
  };
};

/** A question older than the remembered start, asked again, brings back what stood around it. */
const startIdOf = ({ promptStartId, questionId }: ComposeInput): string | undefined =>
  promptStartId !== undefined && questionId !== undefined && questionId < promptStartId ? undefined : promptStartId;

/** Line ends as models know them. */
export const lines = (text: string): string => text.replace(/\r\n?/g, '\n').toWellFormed();

/** The template's, and for everybody who takes part the beginning of a line of theirs. */
export const stopStrings = (template: PromptTemplate, cast: Cast): readonly string[] => {
  const names = [...cast.names.values()];
  const guard = createLabelGuard(template.labels, template.labelsAt);
  // The first is the persona's own; of very many others the latest count.
  const others = names.slice(1).slice(-bounds.prompt.participantStopsMax);
  const speakers = [...names.slice(0, 1), ...others].map(speakerLabel);
  // A name that looks like a label stands in the prompt with the label broken; the model may write either.
  return [...new Set([...template.stop, ...speakers.flatMap((label) => [`\n${label}`, `\n${guard(label)}`])])];
};
