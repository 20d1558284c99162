import type { Command, CommandContext, CommandOption } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { changeSetting } from './change-setting.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { revisePlace } from './meant-answer.ts';
import { personaNameOption } from './persona-access.ts';
import { mayChoosePersona, requirePersonaChoice } from './persona-choice.ts';
import { createPersonaSaveCommand, personaEditCommands } from './persona-edit.ts';
import { createPersonaReplaceCommand, personaFileCommands } from './persona-files.ts';
import { personaTrashCommands } from './persona-trash.ts';
import { shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { scopeOption } from './setting-scope.ts';
import { visiblePersonas } from './visible-personas.ts';

export { createPersonaReplaceCommand, createPersonaSaveCommand };

/** Most personas that the list shows; what is left out can still be asked for. */
const listedMax = 25;

/**
 * `/persona …`: who answers in a conversation, and where none is chosen, and who there is to choose from. Typed, `/persona` alone lists and `/persona Robin` lets
 * Robin answer.
 */
export const createPersonaCommand = (services: PersonaServices): Command => ({
  name: 'persona',
  description: 'Show who answers here, or choose another persona',
  short: { alone: 'list', rest: 'use' },
  subcommands: [
    listCommand(services),
    showCommand(services),
    useCommand(services),
    clearCommand(services),
    defaultCommand(services),
    ...personaEditCommands(services),
    ...personaTrashCommands(services),
    ...personaFileCommands(services),
  ],
});

type PersonaServices = Pick<CommandServices, 'memory' | 'personas' | 'personaAt' | 'settings' | 'roleplay' | 'bot' | 'lore'>;

const listCommand = (services: PersonaServices): Command =>
  defineCommand({
    name: 'list',
    description: 'Show who answers here, and who else could',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const current = await currentPersona(services, context);
      return { text: listText(visiblePersonas(services.personas, context), current, context), isPrivate: true };
    },
  });

const showCommand = (services: PersonaServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show what a persona is like',
    options: [personaNameOption(services.personas, 'The persona to show; without it, the one that answers here')],
    rank: 'everyone',
    run: async (context, { name }) => {
      const persona =
        name === undefined ? await currentPersona(services, context) : findPersona(services.personas, name, context);
      const greeting = await greetingOf(services, persona, context);
      return {
        text: [`${persona.name} (${persona.id}): ${persona.summary}`, greeting].filter(Boolean).join('\n\n'),
        isPrivate: true,
      };
    },
  });

const useCommand = (services: PersonaServices): Command =>
  defineCommand({
    name: 'use',
    description: 'Let a persona answer in this conversation',
    options: [{ ...choosableName(services, 'The persona that shall answer in this conversation'), isRequired: true }],
    rank: 'everyone',
    async run(context, { name }) {
      await requirePersonaChoice(services, context);
      const { conversation, user, locale } = context;
      const current = await currentPersona(services, context);
      const wanted = findPersona(services.personas, name, context);
      if (wanted.id === current.id) {
        return { text: say(locale, 'personaAlready', { name: wanted.name }), isPrivate: true };
      }
      await services.memory.configure(conversation, { personaId: wanted.id });
      const text = say(locale, 'personaChosen', { name: wanted.name });
      // A conversation without a word begins with its greeting, as a message that is remembered and has swipes.
      const greeted = await services.roleplay.greet(revisePlace(context), [wanted], { userName: user.name });
      const greeting = greeted > 0 ? undefined : await greetingOf(services, wanted, context);
      return { text: [text, greeting].filter(Boolean).join('\n\n'), isPrivate: false };
    },
  });

/** An option that names a persona, which proposes nothing to those who may not choose. */
const choosableName = (services: PersonaServices, description: string) => {
  const option = personaNameOption(services.personas, description);
  return {
    ...option,
    choices: async (context: CommandContext, typed: string) =>
      (await mayChoosePersona(services, context)) ? option.choices(context, typed) : [],
  } satisfies CommandOption;
};

const clearCommand = (services: PersonaServices): Command =>
  defineCommand({
    name: 'clear',
    description: 'Let the persona answer here that answers where none is chosen',
    options: [],
    rank: 'everyone',
    async run(context) {
      await requirePersonaChoice(services, context);
      await services.memory.configure(context.conversation, { personaId: undefined });
      const { name } = await currentPersona(services, context);
      return { text: say(context.locale, 'personaCleared', { name }), isPrivate: false };
    },
  });

const defaultCommand = (services: PersonaServices): Command =>
  defineCommand({
    name: 'default',
    description: 'Say who answers in a place where nobody has chosen a persona',
    options: [{ ...personaNameOption(services.personas, 'The persona that shall answer there'), isRequired: true }, scopeOption],
    rank: 'moderator',
    run: (context, { name, scope }) => changeSetting(services, context, 'persona', name, scope),
  });

const greetingOf = ({ roleplay }: PersonaServices, persona: Persona, context: CommandContext): Promise<string | undefined> =>
  roleplay.greeting(revisePlace(context), persona, { userName: context.user.name });

const listText = (personas: readonly Persona[], current: Persona, context: CommandContext): string => {
  const { locale } = context;
  const lines = personas.slice(0, listedMax).map(({ id, name, summary }) => {
    const label = id === name.toLowerCase() ? name : `${name} (${id})`;
    return `- ${label}: ${summary}`;
  });
  if (personas.length > listedMax) lines.push(`- ${say(locale, 'personaMore', { count: personas.length - listedMax })}`);
  return [
    say(locale, 'personaNow', { name: current.name, summary: current.summary }),
    say(locale, 'personaChoices'),
    ...lines,
    say(locale, 'personaHow', { command: shownPath('persona use', context) }),
  ].join('\n');
};
