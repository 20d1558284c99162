import type { CommandContext } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import type { CommandServices } from './services.ts';

/** The persona that answers in a conversation: the chosen one, or the default of the place where none is chosen or it is gone. */
export const currentPersona = async (
  services: Pick<CommandServices, 'memory' | 'personaAt'>,
  { conversation, place }: Pick<CommandContext, 'conversation' | 'place'>,
): Promise<Persona> => services.personaAt(place, await services.memory.settings(conversation));
