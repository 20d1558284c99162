import { bounds } from '../core/bounds.ts';
import type { Command, CommandComponent, CommandContext, CommandReply } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { lintCard } from '../persona/card/lint-card.ts';
import type { ReadCard } from '../persona/card/read-card.ts';
import { writeCard } from '../persona/card/write-card.ts';
import { knownMacroNames, unknownMacros } from '../prompt/index.ts';
import { defineCommand } from './define-command.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { byRef, refOf } from './lore-access.ts';
import { mayChange, namesakes, ownPersona, personaNameOption, requireRoom } from './persona-access.ts';
import { takeBackButton, useButton } from './persona-edit.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { homeOf } from './visible-personas.ts';

type Services = Pick<CommandServices, 'personas' | 'bot' | 'lore'>;
const formats = ['json', 'yaml', 'png'] as const;
/** Most remarks and problems that are shown, and characters of one. */
const shownMax = { remarks: 10, problems: 50, characters: 300 };

/** `/persona import`, `/persona export` and `/persona reload`. */
export const personaFileCommands = (services: Services): readonly Command[] => [
  importCommand(services),
  defineCommand({
    name: 'export',
    description: 'Give a persona as a character card',
    options: [
      { ...personaNameOption(services.personas, 'The persona'), isRequired: true },
      { name: 'format', description: 'json, yaml or png; without it, as the card is kept', kind: 'choice', values: formats },
    ],
    // A card holds all that `/prompt` shows, and more.
    rank: 'moderator',
    run: async (context, { name: asked, format }) => {
      const persona = findPersona(services.personas, asked, context);
      const wanted = formats.find((each) => each === format);
      const kept = wanted === undefined ? services.personas.file(persona.id) : undefined;
      const file = kept ?? written(services.personas.card(persona.id), persona, wanted ?? 'yaml', context);
      return { text: say(context.locale, 'personaExported', { name: persona.name }), isPrivate: true, files: [file] };
    },
  }),
  defineCommand({
    name: 'reload',
    description: 'Read the files of personas, and the rest of the library, anew',
    options: [],
    rank: 'owner',
    run: async ({ locale }) => {
      const problems = await services.bot.reload();
      const shown = problems.slice(0, shownMax.problems).map((problem) => `- ${problem}`);
      const more = problems.length - shown.length;
      const lines = [
        say(locale, problems.length === 0 ? 'reloaded' : 'reloadedWithout'),
        ...shown,
        ...(more > 0 ? [`- ${say(locale, 'andMore', { count: more })}`] : []),
        say(locale, 'personaCount', { count: services.personas.list().length }),
      ];
      return { text: lines.join('\n'), isPrivate: true };
    },
  }),
];

const written = (read: ReadCard, { id, name }: Persona, format: (typeof formats)[number], context: CommandContext) => {
  const kind = read.picture?.mediaType ?? 'image/png';
  if (format === 'png' && kind !== 'image/png')
    throw refusal('bad-input', context, 'personaPictureKind', { name, kind: kind.replace('image/', '').toUpperCase() });
  return { name: `${id}.${format}`, bytes: writeCard(read, { format }) };
};

const importCommand = (services: Services): Command => {
  const { personas } = services;
  return defineCommand({
    name: 'import',
    description: 'Take a character card in: PNG, APNG, CHARX, JSON or YAML',
    options: [
      { name: 'file', description: 'The card', kind: 'attachment', isRequired: true },
      { ...personaNameOption(personas, 'The persona that it shall replace; without it, a new one', true), name: 'replace' },
    ],
    rank: 'moderator',
    run: async (context, { file, replace }) => {
      const former = replace === undefined ? undefined : ownPersona(personas, context, replace);
      if (former === undefined) requireRoom(personas, context);
      const bytes = await file.read(bounds.card.fileBytesMax);
      const { persona, card } =
        former === undefined ? await personas.add(bytes, { owner: homeOf(context) }) : await personas.replace(former.id, bytes);
      const clash = former === undefined ? clashOf(personas, context, persona) : undefined;
      const { name, id, summary } = persona;
      const text = [
        say(context.locale, former === undefined ? 'personaImported' : 'personaReplaced', { name, id, summary }),
        ...(clash?.lines ?? []),
        ...(await remarks(card, services, context)),
      ].join('\n');
      const last = former === undefined ? (clash?.components ?? []) : [takeBackButton(persona, context)];
      return { text, isPrivate: false, components: [useButton(persona, context), ...last] };
    },
  });
};

/** What may not be meant so in a card, a line each. The tokens are estimated: a model need not be loaded for this. */
const remarks = async (
  { card, picture }: ReadCard,
  { lore }: Services,
  { locale }: CommandContext,
): Promise<readonly string[]> => {
  const warnings = await lintCard(card, {
    ...(picture && { picture }),
    macros: { unknownIn: unknownMacros, names: knownMacroNames },
    hasLorebook: (name) => lore.catalogue.find(name) !== undefined,
  });
  if (warnings.length === 0) return [];
  const lines = warnings.slice(0, shownMax.remarks).map(({ field, text }) => {
    const line = `${field === undefined ? '' : `${field}: `}${text}`;
    return `- ${line.length <= shownMax.characters ? line : `${line.slice(0, shownMax.characters - 1).toWellFormed()}…`}`;
  });
  const more = warnings.length - lines.length;
  return [say(locale, 'personaRemarks'), ...lines, ...(more > 0 ? [`- ${say(locale, 'andMore', { count: more })}`] : [])];
};

/** Says that there is a persona of that name already, and offers to put the new one in its place where the caller may. */
const clashOf = (
  personas: Services['personas'],
  context: CommandContext,
  persona: Persona,
): { readonly lines: readonly string[]; readonly components: readonly CommandComponent[] } | undefined => {
  const others = namesakes(personas, context, persona);
  const other = others.find(({ id }) => mayChange(personas, context, id)) ?? others[0];
  if (other === undefined) return undefined;
  const { locale } = context;
  const values = { name: other.name, id: other.id };
  const line = say(locale, 'personaNamesake', values);
  if (!mayChange(personas, context, other.id)) return { lines: [line], components: [] };
  return {
    lines: [line, say(locale, 'personaReplaceHow', { id: other.id, command: shownPath('persona import', context) })],
    components: [
      {
        kind: 'button',
        label: say(locale, 'personaReplaceButton', values),
        call: 'persona-replace',
        values: { p: refOf(other.id), by: refOf(persona.id) },
      },
    ],
  };
};

/** What the button of `/persona import` calls: one persona takes the place of another, and its id. */
export const createPersonaReplaceCommand = ({ personas }: Services): Command =>
  defineCommand({
    kind: 'action',
    name: 'persona-replace',
    description: 'Put a persona in the place of another',
    options: [
      { name: 'p', description: 'The former one', isRequired: true },
      { name: 'by', description: 'The new one', isRequired: true },
    ],
    rank: 'moderator',
    run: async (context, { p, by }): Promise<CommandReply> => {
      const ids = personas.list().map(({ id }) => id);
      const [former, next] = [p, by].map((ref) => ownPersona(personas, context, byRef(ids, ref) ?? ref));
      const file = next && personas.file(next.id);
      if (former === undefined || next === undefined || file === undefined || former.id === next.id)
        throw refusal('bad-input', context, 'outdated');
      const { persona } = await personas.replace(former.id, file.bytes);
      await personas.remove(next.id);
      return {
        text: say(context.locale, 'personaReplaced', { name: persona.name, id: persona.id }),
        isPrivate: false,
        replacesMessage: true,
        components: [useButton(persona, context), takeBackButton(persona, context)],
      };
    },
  });
