import { bounds } from '../core/bounds.ts';
import type { Persona } from '../core/persona.ts';
import { cleanName, exampleTold, expandQuotedFields, type MacroExpander } from '../prompt/index.ts';

/** What a prompt tells of a member of a scene that does not speak. */
export type MemberTold = {
  /** As the prompt names it. */
  readonly name: string;
  /** Description, personality and scenario; may be empty. */
  readonly text: string;
  /** Its example dialogue, which gives way with the speaker's. */
  readonly examples?: string;
};

export type ToldOptions = {
  /** The names in the prompt, by speaker id. */
  readonly names: ReadonlyMap<string, string>;
  /** With `{{user}}` as the beginning of the prompt has it; and as examples have it. */
  readonly macros: MacroExpander;
  readonly exampleUser: string;
  /** Of the speaker, which is not told twice. `override`: there is one for all, so the members' own don't count. */
  readonly scenario: { readonly kind: 'override' } | { readonly kind: 'own'; readonly text: string };
  readonly hasExamples: boolean;
  readonly contextTokens: number;
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
};

type Told = { readonly name: string; readonly about: string; readonly scenario: string; readonly examples: string };

/**
 * What the other members of a scene are; their own macros speak of themselves. Their scenarios come in, and then their examples, as long as
 * all of them fit into `bounds.scene.joinedShareMax` of the context. Throws what counting throws.
 */
export const membersTold = async (described: readonly Persona[], options: ToldOptions): Promise<readonly MemberTold[]> => {
  const known = new Set([options.scenario.kind === 'own' ? options.scenario.text : '']);
  const all = described.map((persona): Told => {
    const told = toldOf(persona, options);
    // Cards made for one another often have the same scenario.
    const isNew = options.scenario.kind === 'own' && !known.has(told.scenario);
    known.add(told.scenario);
    return isNew ? told : { ...told, scenario: '' };
  });
  const fits = await withinShare([...all.map(({ scenario }) => scenario), ...all.map(({ examples }) => examples)], options);
  return all.map(({ name, about, scenario, examples }, index) => {
    const hasScenario = scenario !== '' && index < fits;
    return {
      name,
      text: [about, hasScenario && `Scenario: ${scenario}`].filter(Boolean).join('\n'),
      ...(examples !== '' && all.length + index < fits && { examples }),
    };
  });
};

const toldOf = (persona: Persona, { names, macros, exampleUser, hasExamples }: ToldOptions): Told => {
  const name = names.get(`persona:${persona.id}`) ?? cleanName(persona.nickname ?? persona.name);
  const called = macros.with({ char: persona.nickname ?? persona.name });
  const fields = expandQuotedFields(persona, called);
  const { description, personality, scenario } = fields;
  const about = [description, personality && `${cleanName(persona.nickname ?? name)}'s personality: ${personality}`];
  const own = called.with({ ...fields, user: exampleUser });
  return {
    name,
    about: about.filter(Boolean).join('\n'),
    scenario,
    examples: hasExamples ? exampleTold(name, own.expand(persona.exampleDialogue ?? '')) : '',
  };
};

/** The index of the first text that does not fit any more with those before it. */
const withinShare = async (
  texts: readonly string[],
  { contextTokens, countTokens }: Pick<ToldOptions, 'contextTokens' | 'countTokens'>,
): Promise<number> => {
  if (texts.every((text) => text === '')) return texts.length;
  let left = Math.floor(contextTokens * bounds.scene.joinedShareMax);
  // What can't fit is not counted: a card may be megabytes long.
  const long = texts.findIndex((text) => text.length > contextTokens * bounds.prompt.charactersPerTokenMax);
  const counted = long === -1 ? texts : texts.slice(0, long);
  const counts = await countTokens(counted);
  const over = counts.findIndex((count, index) => {
    if (counted[index] !== '') left -= count;
    return left < 0;
  });
  return over === -1 ? counted.length : over;
};
