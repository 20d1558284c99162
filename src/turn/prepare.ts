import type { ConversationKey, ConversationSettings, Speaker, Turn } from '../core/conversation.ts';
import type { Engine, ModelInfo } from '../core/engine.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import type { PromptLayout } from '../core/layout.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import type { LoreService } from '../lore/lore-service.ts';
import { type ComposedPrompt, type ComposeInput, composePrompt, type PromptTemplate } from '../prompt/index.ts';
import { asHuman } from './as-human.ts';
import type { MacroServices } from './conversation-macros.ts';
import { countTurns } from './count-turns.ts';
import { dressPrompt } from './dress-prompt.ts';
import { nicknamesOf } from './nickname.ts';
import { readTurns } from './read-turns.ts';
import type { PlaceRecall } from './recall-insert.ts';
import { scenePart } from './scene-part.ts';
import { withPersona } from './scene-speakers.ts';

/** What making a prompt needs. */
export type PrepareServices = {
  readonly memory: Pick<Memory, 'settings' | 'turns' | 'turnsOf' | 'configure' | 'count' | 'counts' | 'first'>;
  readonly engine: Pick<Engine, 'start' | 'countTokens' | 'renderChat'>;
  /** The persona of a conversation with these settings. */
  persona(settings: ConversationSettings): Persona;
  /** A persona by its id, for scenes. [nobody] */
  personaById?(id: string): Persona | undefined;
  /** The template for the loaded model. */
  template(): PromptTemplate;
  readonly outputTokensMax: number;
  /** Texts that end an answer, besides the template's and the participants'. */
  readonly stopStrings: readonly string[];
  /** How persona, history and question become one instruction, where that is wanted. */
  readonly layout?: PromptLayout;
  /** Turns before the question at most. [as many as fit] */
  readonly historyTurnsMax?: number;
  /** What a human says about themselves there. [nothing] */
  human?(userId: string): Promise<HumanPersona | undefined>;
  /** [no lore] */
  readonly lore?: Pick<LoreService, 'prepare'>;
  /** [nothing is recalled] */
  readonly recall?: PlaceRecall;
} & MacroServices;

export type PrepareOptions = {
  /** The user turn to answer. [the last one of the conversation, if there is any] */
  readonly questionId?: string;
  /** Goes on after all that was said, in place of a question. */
  readonly follows?: boolean;
  /** Takes the conversation as it was before this turn, in place of a question. */
  readonly beforeId?: string;
  /** The beginning of an unfinished answer, to be continued. */
  readonly open?: string;
  /** What is wished of this one answer, as a text for the model. */
  readonly guidance?: string;
  /** Who answers. [the persona of the conversation] */
  readonly personaId?: string;
  /** The human in whose place the model writes, instead of an answer to them. */
  readonly human?: Speaker;
  /** System text of this conversation, after the persona's. [none] */
  readonly conversationNote?: string;
  /** The kind of answer, by which lore can be bound. [normal] */
  readonly kind?: 'normal' | 'regenerate' | 'continue' | 'impersonate' | 'quiet';
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
  /** The conversation's new `promptStartId`, when it has to be another one from now on. */
  readonly newStartId?: string;
  /** To be called once the answer is kept: what its texts have set, and effects of lore, begin with it. */
  keep(): Promise<void>;
};

/**
 * Reads a conversation as it is now and makes the prompt for the answer to a question in it.
 * Undefined when the question is not there any more. Writes nothing: who sends the prompt also
 * remembers its `newStartId`. Throws what memory, engine and `composePrompt` throw.
 */
export const preparePrompt = async (
  services: PrepareServices,
  conversation: ConversationKey,
  options: PrepareOptions = {},
): Promise<PreparedPrompt | undefined> => {
  const { memory, engine } = services;
  const { questionId, beforeId, open, personaId, human, follows = false, conversationNote } = options;
  const settings = await memory.settings(conversation);
  const read = await readTurns(memory, conversation, {
    ...(settings.promptStartId !== undefined && { promptStartId: settings.promptStartId }),
    ...((questionId ?? beforeId) !== undefined && { wantedId: questionId ?? beforeId }),
    hasLayout: services.layout !== undefined,
    ...(services.historyTurnsMax !== undefined && { historyTurnsMax: services.historyTurnsMax }),
  });
  if (!read) return undefined;
  const persona = services.persona(withPersona(settings, personaId));
  const part = scenePart(settings.scene, persona, services.personaById);
  const { joinedAfterId = '' } = part;
  const isKnown = ({ id }: Turn): boolean => (beforeId === undefined || id < beforeId) && id > joinedAfterId;
  const turns = read.turns.filter(isKnown);
  const pins = (await pinnedTurns(memory, conversation, settings.pins, read.turns)).filter(isKnown);
  const asked = beforeId === undefined && human === undefined && !follows ? questionOf(turns, questionId)?.id : undefined;
  const model = await engine.start();
  const scenario = settings.scene?.scenario ?? settings.scenario;
  const placed = scenario === undefined ? persona : { ...persona, scenario };
  const input: ComposeInput = {
    ...(human ? asHuman(human, placed, turns, pins) : { persona, turns, pins }),
    template: services.template(),
    contextTokens: model.contextTokens,
    outputTokensMax: services.outputTokensMax,
    ...(asked !== undefined && { questionId: asked }),
    ...(follows && { follows }),
    ...(read.startId !== undefined && { promptStartId: read.startId }),
    ...(services.layout && !human && { layout: services.layout }),
    ...(open !== undefined && { open }),
    ...(conversationNote !== undefined && { conversationNote }),
    ...(scenario !== undefined && !human && { scenario }),
    participants: part.participants,
    nicknameOf: nicknamesOf(services, persona),
  };
  const soFar = await countTurns(memory, conversation, { read: read.turns, input, beforeId });
  const { inserts, macros, keep } = await dressPrompt(services, { conversation, input, persona, settings, options, part, soFar });
  const dressed: ComposeInput = { ...input, inserts, macros };
  const composed = await composePrompt(dressed, engine);
  const stopStrings = [...new Set([...composed.stopStrings, ...services.stopStrings])];
  const { promptStartId: startId } = composed;
  // Only forwards: an older question asked again has a beginning of its own, for this once.
  const isNew = startId !== undefined && !read.isOlder && startId > (settings.promptStartId ?? '');
  return {
    composed,
    input: dressed,
    settings,
    model,
    stopStrings,
    ...(isNew && { newStartId: startId }),
    // What a human might say is no answer: nothing begins with it.
    keep: async () => (human ? undefined : keep(composed.variables)),
  };
};

/** The turns that are pinned, those pinned first at the beginning; what was read already is not read again. */
const pinnedTurns = async (
  memory: PrepareServices['memory'],
  conversation: ConversationKey,
  pins: readonly string[] = [],
  read: readonly Turn[],
): Promise<readonly Turn[]> => {
  if (pins.length === 0) return [];
  const known = new Map(read.map((turn) => [turn.id, turn]));
  const missing = pins.filter((id) => !known.has(id));
  for (const turn of missing.length === 0 ? [] : await memory.turnsOf(conversation, missing)) known.set(turn.id, turn);
  return pins.flatMap((id) => known.get(id) ?? []);
};

const questionOf = (turns: readonly Turn[], id: string | undefined): Turn | undefined =>
  id === undefined ? turns.findLast((turn) => turn.role === 'user') : turns.find((turn) => turn.id === id);
