import { bounds } from '../core/bounds.ts';
import { type Speaker, shownText, type Turn } from '../core/conversation.ts';
import type { PromptLayout } from '../core/layout.ts';
import type { Persona } from '../core/persona.ts';
import type { ChatMessage } from '../core/prompt.ts';
import type { NamesShown } from './arrange.ts';
import { isEarly, type PromptInsert } from './inserts.ts';
import { createLabelGuard } from './labels.ts';
import { createMacroExpander, type MacroExpander, type MacroVariables, noVariables } from './macros.ts';
import { cleanName, distinctNames, speakerLabel } from './names.ts';
import { orderTurns } from './order-turns.ts';
import {
  earlyUser,
  isCharacter,
  type PersonaFields,
  type PersonaPart,
  personaFields,
  personaInserts,
  personaParts,
} from './persona-text.ts';
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
  /** Turns that stay in when older ones are dropped, those pinned first at the beginning; they may be missing in `turns`. */
  readonly pins?: readonly Turn[];
  /** What the last prompt of this conversation gave back; see `ConversationSettings`. */
  readonly promptStartId?: string;
  /** The user turn to answer [the last]. Given, what stands after it is left out. */
  readonly questionId?: string;
  /** Goes on after the last turn, whoever said it, in place of a question: only that one is always in. [false] */
  readonly follows?: boolean;
  /** The beginning of an unfinished answer, to be continued; its turn must not be among `turns`. */
  readonly open?: string;
  /** Shown names: `auto` for characters and where several people speak. [auto] */
  readonly names?: NamesShown;
  /** System text of this conversation, after the persona's. */
  readonly conversationNote?: string;
  /** Texts that stand in places of their own: lore, notes, summaries. Those with macros are expanded here. */
  readonly inserts?: readonly PromptInsert[];
  /** Others who take part without having said anything yet, such as the members of a scene: their lines end an answer, too. */
  readonly participants?: readonly Speaker[];
  /** What other personas are called in place of their names, by speaker id. [by their names] */
  readonly nicknameOf?: (speakerId: string) => string | undefined;
  /** Takes the place of the persona's scenario. */
  readonly scenario?: string;
  /** What macros stand for, besides the names; shared with whoever has expanded texts for this prompt already. */
  readonly macros?: MacroExpander;
  /** Puts all of it into one instruction, in place of a system prompt and turns; `names` has no meaning then. */
  readonly layout?: PromptLayout;
};

/** A turn as a message, with where it comes from. */
export type DraftEntry = {
  readonly turnId: string;
  readonly message: ChatMessage;
  /** Whether it stays when older ones are dropped. [false] */
  readonly isPinned?: boolean;
};

/** Everything a prompt could hold, before the budget decides. */
export type Draft = {
  readonly persona: readonly PersonaPart[];
  /** All inserts, the persona's own among them, their macros expanded. */
  readonly inserts: readonly PromptInsert[];
  /** What `{{setvar}}` and the like have changed. */
  readonly variables: MacroVariables;
  /** Pinned turns from before the history. */
  readonly pinned: readonly DraftEntry[];
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
  /** The persona's name as it stands in the prompt: its nickname, where it has one. */
  readonly name: string;
  /** The names by speaker id, no two alike. */
  readonly names: ReadonlyMap<string, string>;
  /** The full names of those who stand in the prompt with a nickname, by speaker id; none is what somebody else is called. */
  readonly fullNames: ReadonlyMap<string, string>;
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
  const pins = new Set(input.pins?.map(({ id }) => id));
  const entryOf = (turn: Turn): DraftEntry => {
    const shows = turn.role === 'user' ? isNamed : showsPersonas;
    const name = cast.names.get(turn.speaker.id);
    return {
      turnId: turn.id,
      message: { role: turn.role, content: lines(shownText(turn)), ...(shows && name !== undefined && { name }) },
      ...(pins.has(turn.id) && { isPinned: true }),
    };
  };
  const { inserts, fields, variables } = textsOf(input, cast);
  return {
    persona: personaParts(fields, { ...input, inserts }),
    inserts,
    variables,
    pinned: pinnedBefore(input, [...before, ...after]).map(entryOf),
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

/** All that files and settings say, their macros expanded once, in the order of the prompt. */
export const textsOf = (
  input: ComposeInput,
  cast: Cast,
): {
  readonly fields: PersonaFields;
  readonly inserts: readonly PromptInsert[];
  readonly variables: MacroVariables;
} => {
  const { persona } = input;
  // A prompt can be composed in several ways before one fits; what its texts set counts once.
  const macros = (input.macros ?? createMacroExpander({ ...macroNames(input), variables: noVariables })).fork();
  const fields = personaFields(persona, cast.onlyHuman, macros, {
    scenario: input.scenario,
    hasDefault: input.layout === undefined,
  });
  const { description, personality, scenario } = fields;
  const late = macros.with({ description, personality, scenario });
  const early = late.with({ user: earlyUser(cast.onlyHuman) });
  const inserts = [
    ...personaInserts(persona, late),
    ...(input.inserts ?? []).map((insert) =>
      insert.hasMacros ? { ...insert, text: (isEarly(insert.position) ? early : late).expand(insert.text).trim() } : insert,
    ),
  ].filter(({ text }) => text.trim() !== '');
  return { fields, inserts, variables: macros.changes() };
};

/** `{{char}}`, and `{{user}}` as texts near the end of the prompt have it: who is answered. */
export const macroNames = (input: ComposeInput): { readonly char: string; readonly user: string } => {
  const { turns, questionId } = input;
  const cast = castOf(input);
  const question =
    questionId === undefined ? turns.findLast(({ role }) => role === 'user') : turns.find(({ id }) => id === questionId);
  return {
    char: cast.name,
    user: cast.onlyHuman ?? (question && cast.names.get(question.speaker.id)) ?? 'the user',
  };
};

/** The turns in the prompt's order: those before the question, and the question with what follows it. */
export const splitTurns = (
  { turns, questionId, follows = false }: ComposeInput,
  startId: string | undefined,
): { readonly before: readonly Turn[]; readonly after: readonly Turn[] } => {
  const ordered = orderTurns(turns, startId);
  // All that was said since a question can be long where personas talk with one another.
  if (follows) return { before: ordered.slice(0, -1), after: ordered.slice(-1) };
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

/** The pinned turns that are not among those shown anyway, oldest first. What came after the question is left out. */
export const pinnedBefore = ({ pins = [], questionId }: ComposeInput, shown: readonly Turn[]): readonly Turn[] => {
  const there = new Set(shown.map(({ id }) => id));
  return pins
    .filter((turn) => !there.has(turn.id) && (questionId === undefined || turn.id < questionId) && shownText(turn).trim() !== '')
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
};

/** The turns that a prompt can hold, in its order, up to the question or the last one. */
export const promptTurns = (input: ComposeInput): readonly Turn[] => {
  const { before, after } = splitTurns(input, undefined);
  return [...before, ...after];
};

/** The names that stand in the prompt, by speaker id. */
export const namesIn = (input: ComposeInput): ReadonlyMap<string, string> => castOf(input).names;

export const castOf = ({ persona, turns: given, pins = [], participants = [], nicknameOf }: ComposeInput): Cast => {
  const personaId = `persona:${persona.id}`;
  const there = new Set(given.map(({ id }) => id));
  const turns = [...pins.filter(({ id }) => !there.has(id)), ...given];
  const speakers: readonly Speaker[] = [
    { id: personaId, name: persona.name },
    ...participants.filter(({ id }) => id !== personaId),
    ...turns.filter((turn) => turn.speaker.id !== personaId).map((turn) => turn.speaker),
  ];
  const nickname = (id: string): string | undefined => (id === personaId ? persona.nickname : nicknameOf?.(id));
  const names = distinctNames(speakers.map(({ id, name }) => ({ id, name: nickname(id) ?? name })));
  const humans = new Set(turns.filter((turn) => turn.role === 'user').map((turn) => turn.speaker.id));
  return {
    personaId,
    name: names.get(personaId) ?? cleanName(persona.name),
    names,
    fullNames: fullNamesOf(
      speakers.filter(({ id }) => nickname(id) !== undefined),
      names,
    ),
    humans,
    personas: new Set([
      personaId,
      ...participants.map(({ id }) => id),
      ...turns.filter((turn) => turn.role === 'assistant').map((turn) => turn.speaker.id),
    ]),
    onlyHuman: humans.size === 1 ? names.get([...humans][0] ?? '') : undefined,
  };
};

/** Who has a nickname can be meant by the full name as well, unless that is what somebody is called in the prompt. */
const fullNamesOf = (nicknamed: readonly Speaker[], names: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const taken = new Set([...names.values()].map((name) => name.toLowerCase()));
  const full = nicknamed.map(({ id, name }) => [id, cleanName(name)] as const);
  return new Map(full.filter(([, name]) => !taken.has(name.toLowerCase())));
};

/** A question older than the remembered start, asked again, brings back what stood around it. */
export const startIdOf = ({ promptStartId, questionId }: ComposeInput): string | undefined =>
  promptStartId !== undefined && questionId !== undefined && questionId < promptStartId ? undefined : promptStartId;

/** Line ends as models know them. */
export const lines = (text: string): string => text.replace(/\r\n?/g, '\n').toWellFormed();

/** The template's, and for everybody who takes part the beginning of a line of theirs. */
export const stopStrings = (template: PromptTemplate, cast: Cast): readonly string[] => {
  const ids = [...cast.names.keys()];
  const guard = createLabelGuard(template.labels, template.labelsAt);
  // The first is the persona's own; of very many others the latest count.
  const others = ids.slice(1).slice(-bounds.prompt.participantStopsMax);
  // Whoever has a nickname may be called by the full name, too.
  const speakers = [...ids.slice(0, 1), ...others]
    .flatMap((id) => [cast.names.get(id), cast.fullNames.get(id)])
    .filter((name) => name !== undefined)
    .map(speakerLabel);
  // A name that looks like a label stands in the prompt with the label broken; the model may write either.
  return [...new Set([...template.stop, ...speakers.flatMap((label) => [`\n${label}`, `\n${guard(label)}`])])];
};
