import { bounds } from '../core/bounds.ts';
import { type ConversationKey, type ConversationSettings, shownText, type Turn } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';
import { noLore, type PromptLore } from '../lore/lore-inserts.ts';
import {
  type ComposeInput,
  cleanName,
  createMacroExpander,
  earlyUser,
  expandQuotedFields,
  isEarly,
  type MacroExpander,
  type MacroValues,
  type MacroVariables,
  macroNames,
  namesIn,
  type PromptInsert,
  promptTurns,
} from '../prompt/index.ts';
import { asSaid } from './as-human.ts';
import { conversationMacros, keepVariables } from './conversation-macros.ts';
import type { TurnsSoFar } from './count-turns.ts';
import { greetingIndex } from './greeting-index.ts';
import { membersTold } from './members-told.ts';
import type { PrepareOptions, PrepareServices } from './prepare.ts';
import { insertsOf, type KnownHuman } from './prompt-inserts.ts';
import { recalledInsert } from './recall-insert.ts';
import type { ScenePart } from './scene-part.ts';

/** What a prompt is dressed for. */
export type DressInput = {
  readonly conversation: ConversationKey;
  readonly input: ComposeInput;
  /** Who answers, or whom a human answers. */
  readonly persona: Persona;
  readonly settings: ConversationSettings;
  readonly options: PrepareOptions;
  readonly part: ScenePart;
  readonly soFar: TurnsSoFar;
};

/** What stands in a prompt besides persona and turns, and what macros stand for in it. */
export type Dress = {
  readonly inserts: readonly PromptInsert[];
  readonly macros: MacroExpander;
  /** Remembers what the prompt's texts have set and what lore has begun. */
  keep(variables: MacroVariables): Promise<void>;
};

/**
 * Collects lore, notes, what the humans say about themselves and the summary for a prompt, and
 * prepares the macros. Throws what memory, engine and store throw.
 */
export const dressPrompt = async (
  services: PrepareServices,
  { conversation, input, persona, settings, options, part, soFar }: DressInput,
): Promise<Dress> => {
  const { lore: loreService, place } = services;
  const { human } = options;
  const override = settings.scene?.scenario ?? settings.scenario;
  const quoted = override === undefined ? persona : { ...persona, scenario: override };
  const names = namesIn(input);
  const shown = promptTurns(input);
  const said = human === undefined ? shown : asSaid(human, shown);
  const question = said.findLast(({ role }) => role === 'user');
  const named = macroNames(input);
  const humans = await humansOf(
    services,
    said,
    human === undefined ? names : new Map([...names, [human.id, named.char]]),
    human?.id,
  );
  const asking = humans.find(({ id }) => id === (human ?? question?.speaker)?.id);
  const composed = createMacroExpander({
    ...named,
    ...lastSaid(said, question, services.now()),
    persona: asking?.persona.description ?? '',
    ...(await conversationMacros(services, conversation, settings, part)),
  });
  // Who writes for a human reads the persona's lore and notes all the same.
  const personaName = names.get(`persona:${persona.id}`) ?? cleanName(persona.nickname ?? persona.name);
  const sides = human === undefined ? named : { char: personaName, user: named.char };
  const isShared = human === undefined && new Set(said.filter(isUser).map(({ speaker }) => speaker.id)).size > 1;
  const early = earlyUser(isShared ? undefined : sides.user);
  const own = composed.with(sides);
  const fields = expandQuotedFields(quoted, own.with({ user: early }).fork());
  const base = own.with(fields);
  // Where an entry will stand is not known yet when its text is expanded.
  const marked = isShared ? base.with({ user: userMark }) : base;
  const countTokens = (texts: readonly string[]): Promise<readonly number[]> =>
    services.engine.countTokens(texts.map((text) => [{ kind: 'text', text }]));
  const found =
    loreService === undefined
      ? { ...noLore, keep: async () => {} }
      : await loreService.prepare({
          conversation,
          place,
          persona: quoted,
          messages: shown.map((turn) => ({ name: names.get(turn.speaker.id) ?? turn.speaker.name, text: shownText(turn) })),
          messageCount: soFar.messages,
          messagesNow: soFar.now,
          answerCount: soFar.answers,
          greeting: () => beganWith(services, conversation, persona),
          contextTokens: input.contextTokens,
          countTokens,
          expand: (text, of) => (of === 'key' ? base : marked).expand(text),
          trigger: options.kind ?? 'normal',
          ...(asking?.persona.description !== undefined && { humanDescription: asking.persona.description }),
        });
  const lore = isShared ? { ...found, ...withUser(found, named.user) } : found;
  const { outlets } = lore;
  const macros = composed.with({ outlets });
  const told = base.with({ outlets });
  const members = await membersTold(part.described, {
    names,
    macros: told.with({ user: early }),
    exampleUser: isShared ? 'User' : sides.user,
    scenario: override === undefined ? { kind: 'own', text: fields.scenario } : { kind: 'override' },
    // A layout has no place for them from which they could give way.
    hasExamples: input.layout === undefined,
    contextTokens: input.contextTokens,
    countTokens,
  });
  const inserts = insertsOf({
    settings: heardSettings(settings, part),
    personaNote: persona.note,
    lore,
    members,
    humans,
    humanMessages: soFar.humans,
    // What a human would say next is a guess, whatever was said long ago.
    recalled:
      human !== undefined
        ? []
        : await recalledInsert(services, {
            conversation,
            input,
            ...(part.joinedAfterId !== undefined && { afterId: part.joinedAfterId }),
          }),
    guidance: options.guidance,
  });
  return {
    inserts:
      human === undefined
        ? inserts
        : inserts.map(({ hasMacros = false, ...insert }) => (hasMacros ? { ...insert, text: told.expand(insert.text) } : insert)),
    macros,
    keep: async (variables) => {
      await lore.keep();
      await keepVariables(services, conversation, variables);
    },
  };
};

const isUser = ({ role }: Turn): boolean => role === 'user';

/** Without a summary that tells a late member of a scene what was said before it came. */
const heardSettings = (settings: ConversationSettings, { joinedAfterId }: ScenePart): ConversationSettings => {
  const { summary, ...others } = settings;
  const { fromId } = summary ?? {};
  return joinedAfterId === undefined || (fromId !== undefined && fromId > joinedAfterId) ? settings : others;
};

/** Which greeting the conversation began with, of whoever gave it. */
const beganWith = async (
  { memory, personaById }: PrepareServices,
  conversation: ConversationKey,
  persona: Persona,
): Promise<number> => {
  const first = await memory.first(conversation);
  const speaker = first?.speaker.id ?? '';
  return greetingIndex(first, speaker === `persona:${persona.id}` ? persona : personaById?.(speaker.replace(/^persona:/, '')));
};

/** Stands for `{{user}}` in lore until it is known where that will stand. Nobody types it: it is no character. */
const userMark = '\uFDD0user\uFDD1';

/** Lore with the user in place: who is answered near the end, nobody by name at the beginning. */
const withUser = ({ inserts, noteTop, noteBottom, outlets }: PromptLore, user: string): PromptLore => {
  const fill = (text: string, name: string): string => text.replaceAll(userMark, name);
  const late = <Text extends { readonly text: string }>(each: Text): Text => ({ ...each, text: fill(each.text, user) });
  return {
    inserts: inserts.map((insert) =>
      isEarly(insert.position) ? { ...insert, text: fill(insert.text, earlyUser(undefined)) } : late(insert),
    ),
    noteTop: noteTop.map(late),
    noteBottom: noteBottom.map(late),
    outlets: new Map([...outlets].map(([name, text]) => [name, fill(text, earlyUser(undefined))])),
  };
};

/** The humans who take part, the latest last, with what they say about themselves; also the one in whose place the model writes. */
const humansOf = async (
  { human }: PrepareServices,
  said: readonly Turn[],
  names: ReadonlyMap<string, string>,
  writerId: string | undefined,
): Promise<readonly (KnownHuman & { readonly id: string })[]> => {
  if (!human) return [];
  const speakers = said.filter(isUser).map(({ speaker }) => speaker.id);
  const ids = [...new Set([...speakers, ...(writerId === undefined ? [] : [writerId])])]
    .filter((id) => !id.startsWith('persona:'))
    .slice(-bounds.humanPersona.toldMax);
  const found = await Promise.all(ids.map(async (id) => ({ id, persona: await human(id) })));
  return found.flatMap(({ id, persona }) => (persona === undefined ? [] : [{ id, persona, name: names.get(id) ?? '' }]));
};

/** What was said last, and when who asks had spoken before. */
const lastSaid = (
  said: readonly Turn[],
  question: Turn | undefined,
  now: number,
): Pick<MacroValues, 'lastMessage' | 'lastUserMessage' | 'lastCharMessage' | 'lastUserAt'> => {
  const textOf = (turn: Turn | undefined): string => (turn === undefined ? '' : shownText(turn));
  const before = said.findLast((turn) => turn !== question && turn.speaker.id === question?.speaker.id);
  return {
    lastMessage: textOf(said.at(-1)),
    lastUserMessage: textOf(question),
    lastCharMessage: textOf(said.findLast(({ role }) => role === 'assistant')),
    lastUserAt: before?.at ?? question?.at ?? now,
  };
};
