import { bounds } from '../core/bounds.ts';
import { type ConversationKey, type ConversationSettings, shownText, type Turn } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';
import { noLore, type PromptLore } from '../lore/lore-inserts.ts';
import {
  type ComposeInput,
  cleanName,
  createMacroExpander,
  earlyUser,
  isEarly,
  type MacroExpander,
  type MacroValues,
  type MacroVariables,
  macroNames,
  namesIn,
  type PromptInsert,
  promptTurns,
} from '../prompt/index.ts';
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
  { conversation, input, persona, settings, options, part }: DressInput,
): Promise<Dress> => {
  const { memory, lore: loreService, place } = services;
  const names = namesIn(input);
  const said = promptTurns(input);
  const question = said.findLast(({ role }) => role === 'user');
  const humans = await humansOf(services, said, names);
  const asking = humans.find(({ id }) => id === question?.speaker.id);
  const named = macroNames(input);
  const base = createMacroExpander({
    ...named,
    ...lastSaid(said, question, services.now()),
    persona: asking?.persona.description ?? '',
    now: services.now(),
    random: services.random,
    conversation,
    group: part.group,
    groupNotMuted: part.groupNotMuted,
    variables: { local: settings.variables ?? {}, global: {} },
  });
  // Where an entry will stand is not known yet when its text is expanded.
  const isShared = new Set(input.turns.filter(({ role }) => role === 'user').map(({ speaker }) => speaker.id)).size > 1;
  const marked = isShared ? base.with({ user: userMark }) : base;
  const found =
    loreService === undefined
      ? { ...noLore, keep: async () => {} }
      : await loreService.prepare({
          conversation,
          place,
          persona,
          messages: said.map((turn) => ({ name: names.get(turn.speaker.id) ?? turn.speaker.name, text: shownText(turn) })),
          messageCount: await memory.count(conversation),
          answerCount: said.filter(({ role }) => role === 'assistant').length,
          contextTokens: input.contextTokens,
          countTokens: (texts) => services.engine.countTokens(texts.map((text) => [{ kind: 'text', text }])),
          expand: (text, of) => (of === 'key' ? base : marked).expand(text),
          trigger: options.kind ?? 'normal',
          ...(asking?.persona.description !== undefined && { humanDescription: asking.persona.description }),
        });
  const lore = isShared ? { ...found, ...withUser(found, named.user) } : found;
  const macros = base.with({ outlets: lore.outlets });
  return {
    inserts: insertsOf({
      settings,
      lore,
      members: membersTold(part, macros, names),
      humans,
      humanMessages: said.filter(({ role }) => role === 'user').length,
      // What a human would say next is a guess, whatever was said long ago.
      recalled:
        options.human !== undefined
          ? []
          : await recalledInsert(services, {
              conversation,
              input,
              ...(part.joinedAfterId !== undefined && { afterId: part.joinedAfterId }),
            }),
      guidance: options.guidance,
    }),
    macros,
    keep: async ({ local }) => {
      await lore.keep();
      if (Object.keys(local).length > 0) {
        const { variables = {} } = await memory.settings(conversation);
        await memory.configure(conversation, { variables: { ...variables, ...local } });
      }
    },
  };
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

/** What the other members of a scene are; their own macros speak of themselves. */
const membersTold = (
  { described }: ScenePart,
  macros: MacroExpander,
  names: ReadonlyMap<string, string>,
): readonly { readonly name: string; readonly text: string }[] =>
  described.map((persona) => {
    const name = names.get(`persona:${persona.id}`) ?? persona.name;
    const own = macros.with({ char: persona.nickname ?? persona.name });
    const [description, personality] = [persona.description, persona.personality].map((text) => own.expand(text ?? '').trim());
    const personalityLine = personality && `${cleanName(persona.nickname ?? name)}'s personality: ${personality}`;
    return { name, text: [description, personalityLine].filter(Boolean).join('\n') };
  });

/** The humans who take part, the latest last, with what they say about themselves. */
const humansOf = async (
  { human }: PrepareServices,
  said: readonly Turn[],
  names: ReadonlyMap<string, string>,
): Promise<readonly (KnownHuman & { readonly id: string })[]> => {
  if (!human) return [];
  const ids = [...new Set(said.filter(({ role }) => role === 'user').map(({ speaker }) => speaker.id))]
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
