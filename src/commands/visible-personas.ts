import type { CommandContext } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import type { PersonaCatalogue } from './services.ts';

/**
 * To whom personas belong that somebody brings or makes: the server where they do, or themselves when they are alone with the bot. Undefined
 * for who runs the bot: theirs are everybody's, as what lies in the folder is.
 */
export const homeOf = ({ rank, place, user }: CommandContext): string | undefined => {
  if (rank === 'owner') return undefined;
  return place?.serverId === undefined ? user.id : `server:${place.serverId}`;
};

/** The personas that may be chosen here: one server's are none of another's business. In their order, the default first. */
export const visiblePersonas = (personas: PersonaCatalogue, context: CommandContext): readonly Persona[] =>
  personas.list().filter(({ id }) => {
    const owner = personas.ownerOf(id);
    return owner === undefined || context.rank === 'owner' || owner === homeOf(context);
  });
