import { bounds } from '../core/bounds.ts';
import type { Command, CommandButton, CommandContext, CommandForm, CommandReply } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { type CardChanges, changeCard, newCard } from '../persona/card/change-card.ts';
import { defineCommand } from './define-command.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { byRef, refOf } from './lore-access.ts';
import { mayChange, namesakes, personaNameOption, requireRoom } from './persona-access.ts';
import {
  changesOf,
  type FieldName,
  fieldOptions,
  formFields,
  labelsOf,
  type PersonaPart,
  partNames,
  personaFields,
  personaParts,
} from './persona-fields.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { homeOf, visiblePersonas } from './visible-personas.ts';

type Services = Pick<CommandServices, 'personas'>;
const { formCharactersMax } = bounds.personaLibrary;

/** `/persona create` and `/persona edit`. */
export const personaEditCommands = (services: Services): readonly Command[] => [
  defineCommand({
    name: 'create',
    description: 'Make a new persona; a form asks for what is not given',
    options: [
      { name: 'name', description: 'What it is called', max: bounds.nameCharactersMax },
      { name: 'description', description: 'Who it is; with a name and this, no form asks', max: formCharactersMax },
      { name: 'greeting', description: 'What it says when a conversation begins', max: formCharactersMax },
    ],
    rank: 'moderator',
    run: async (context, options) => {
      requireRoom(services.personas, context);
      const given = fieldsIn(options);
      if (given.name !== undefined && given.description !== undefined)
        return await create(services, context, changesOf(personaParts.character, given, undefined, context));
      const { name = '', description = '', greeting = '' } = given;
      const { fields } = formFields('character', { id: '', summary: '', name, description, greeting }, context);
      return formReply(say(context.locale, 'personaFormNew'), { s: 'character' }, fields);
    },
  }),
  defineCommand({
    name: 'edit',
    description: 'Change a persona by a form; what is not yours is copied first',
    options: [
      { ...personaNameOption(services.personas, 'The persona to change'), isRequired: true },
      {
        name: 'part',
        description: 'character, speech (examples), prompt (instructions) or about (tags); character without it',
        kind: 'choice',
        values: partNames,
      },
    ],
    rank: 'moderator',
    run: async (context, { name: asked, part = 'character' }) => {
      const persona = findPersona(services.personas, asked, context);
      if (!mayChange(services.personas, context, persona.id)) requireRoom(services.personas, context);
      const shown = partNames.find((each) => each === part) ?? 'character';
      const { fields, tooLong } = formFields(shown, persona, context);
      if (fields.length === 0) throw refusal('bad-input', context, 'personaTooLong', longValues(tooLong, context));
      // The places of the left out fields: what is not in the form must not be taken for emptied.
      const names: readonly FieldName[] = personaParts[shown];
      const left = tooLong.map((field) => names.indexOf(field)).join('');
      const values = { p: refOf(persona.id), s: shown, ...(left !== '' && { l: left }) };
      return formReply(say(context.locale, 'personaForm', { name: persona.name.slice(0, 25).toWellFormed() }), values, fields);
    },
  }),
];

const formReply = (title: string, values: Readonly<Record<string, string>>, fields: CommandForm['fields']): CommandReply => ({
  text: '',
  isPrivate: true,
  form: { call: 'persona-save', values, title, fields },
});

/** What the forms of `/persona create` and `/persona edit` call. `p`: which persona, `s`: which part of it, `l`: fields that are left out. */
export const createPersonaSaveCommand = (services: Services): Command =>
  defineCommand({
    kind: 'action',
    name: 'persona-save',
    description: 'Keep a persona',
    options: [
      { name: 'p', description: 'The persona' },
      { name: 's', description: 'The part', kind: 'choice', values: partNames, isRequired: true },
      { name: 'l', description: 'Fields that are not in the form', max: 5 },
      ...fieldOptions,
    ],
    rank: 'moderator',
    run: async (context, { p, s, l = '', ...rest }) => {
      const part = s as PersonaPart;
      const given = fieldsIn(rest);
      if (p === undefined) {
        requireRoom(services.personas, context);
        return await create(services, context, changesOf(personaParts[part], given, undefined, context));
      }
      const visible = visiblePersonas(services.personas, context);
      const id = byRef(
        visible.map((each) => each.id),
        p,
      );
      const persona = visible.find((each) => each.id === id);
      if (persona === undefined)
        throw refusal('not-found', context, 'personaUnknown', { command: shownPath('persona list', context) });
      const all: readonly FieldName[] = personaParts[part];
      const left = all.filter((_name, index) => l.includes(String(index)));
      const names = all.filter((name) => !left.includes(name));
      return await save(services, context, persona, changesOf(names, given, persona, context), left);
    },
  });

const fieldsIn = (options: Readonly<Record<string, unknown>>): Readonly<Partial<Record<FieldName, string>>> =>
  Object.fromEntries(
    (Object.keys(personaFields) as FieldName[]).flatMap((name) => {
      const value = options[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

const create = async (services: Services, context: CommandContext, changes: CardChanges): Promise<CommandReply> => {
  const { name } = changes;
  if (name === undefined) throw refusal('bad-input', context, 'personaNameless');
  const { persona } = await services.personas.add(newCard({ ...changes, name }), { owner: homeOf(context) });
  return {
    text: [say(context.locale, 'personaCreated', shown(persona)), ...clashLines(services, context, persona)].join('\n'),
    isPrivate: false,
    components: [useButton(persona, context)],
  };
};

/** Changes a persona that the caller may change; of another one a changed copy is made, which belongs to the caller's server. */
const save = async (
  services: Services,
  context: CommandContext,
  before: Persona,
  changes: CardChanges,
  tooLong: readonly FieldName[],
): Promise<CommandReply> => {
  const { personas } = services;
  const { locale } = context;
  const stays = tooLong.length === 0 ? [] : [say(locale, 'personaTooLong', longValues(tooLong, context))];
  if (Object.keys(changes).length === 0)
    return { text: [say(locale, 'personaUnchanged', shown(before)), ...stays].join('\n'), isPrivate: true };
  if (mayChange(personas, context, before.id)) {
    const { persona } = await personas.edit(before.id, (card) => changeCard(card, changes));
    const text = [say(locale, 'personaSaved', shown(persona)), ...stays].join('\n');
    return { text, isPrivate: false, components: [takeBackButton(persona, context)] };
  }
  requireRoom(personas, context);
  const { persona } = await personas.add(changeCard(personas.card(before.id), changes), { owner: homeOf(context) });
  return {
    text: [say(locale, 'personaCopied', { from: before.name, ...shown(persona) }), ...stays].join('\n'),
    isPrivate: false,
    components: [useButton(persona, context)],
  };
};

const shown = ({ name, id }: Persona) => ({ name, id });

const longValues = (fields: readonly FieldName[], context: CommandContext) => ({
  fields: labelsOf(fields, context),
  export: shownPath('persona export', context),
  import: shownPath('persona import', context),
});

/** Says who else is called so. */
export const clashLines = (services: Services, context: CommandContext, persona: Persona): readonly string[] => {
  const [other] = namesakes(services.personas, context, persona);
  return other === undefined ? [] : [say(context.locale, 'personaNamesake', shown(other))];
};

export const useButton = ({ id }: Persona, { locale }: CommandContext): CommandButton => ({
  kind: 'button',
  label: say(locale, 'personaUseHere'),
  call: 'persona use',
  values: { name: id },
});

export const takeBackButton = ({ id }: Persona, { locale }: CommandContext): CommandButton => ({
  kind: 'button',
  label: say(locale, 'personaTakeBack'),
  call: 'persona restore',
  values: { name: refOf(id) },
});
