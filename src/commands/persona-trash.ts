import type { Command, CommandContext } from '../core/command.ts';
import { completions } from './completions.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { byRef, refOf } from './lore-access.ts';
import { isTheirs, mayChange, ownPersona, personaNameOption, requireRoom } from './persona-access.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

type Services = Pick<CommandServices, 'personas'>;

/** `/persona delete` and `/persona restore`. */
export const personaTrashCommands = ({ personas }: Services): readonly Command[] => [
  defineCommand({
    name: 'delete',
    description: 'Remove a persona; it can be brought back',
    options: [{ ...personaNameOption(personas, 'The persona to remove', true), isRequired: true }],
    rank: 'moderator',
    run: async (context, { name: asked }) => {
      const { locale } = context;
      const { id, name } = ownPersona(personas, context, asked);
      await personas.remove(id);
      const label = say(locale, 'personaBringBack');
      return {
        text: say(locale, 'personaDeleted', { name, id }),
        isPrivate: false,
        components: [{ kind: 'button', label, call: 'persona restore', values: { name: refOf(id) } }],
      };
    },
  }),
  defineCommand({
    name: 'restore',
    description: 'Bring back a persona that was removed, or take back its last change',
    options: [
      {
        name: 'name',
        description: 'The id of the persona',
        max: 200,
        isRequired: true,
        choices: async (context, typed) => completions(typed, await restorable(personas, context)),
      },
    ],
    rank: 'moderator',
    run: async (context, { name: asked }) => {
      const ids = await restorable(personas, context);
      const id = byRef(ids, asked.toLowerCase()) ?? byRef(ids, asked);
      if (id === undefined) throw refusal('not-found', context, 'personaNotRemoved');
      const isBack = personas.get(id) === undefined;
      if (isBack) requireRoom(personas, context);
      const { name } = await personas.restore(id, (owner) => isTheirs(context, owner));
      return { text: say(context.locale, isBack ? 'personaRestored' : 'personaTakenBack', { name, id }), isPrivate: false };
    },
  }),
];

/** Ids of what the caller can bring back, the newest first. */
const restorable = async (personas: Services['personas'], context: CommandContext): Promise<readonly string[]> => {
  const theirs = (await personas.removed()).filter(({ owner }) => isTheirs(context, owner));
  const free = theirs.filter(({ id }) => personas.get(id) === undefined || mayChange(personas, context, id));
  return [...new Set(free.map(({ id }) => id))];
};
