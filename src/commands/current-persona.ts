import type { ConversationKey } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';
import type { CommandServices } from './services.ts';

/** The persona that answers in a conversation: the chosen one, or the default where none is chosen or it is gone. */
export const currentPersona = async (
  services: Pick<CommandServices, 'memory' | 'personas' | 'defaultPersonaId'>,
  conversation: ConversationKey,
): Promise<Persona | undefined> => {
  const { personaId } = await services.memory.settings(conversation);
  const chosen = personaId === undefined ? undefined : services.personas.get(personaId);
  return chosen ?? services.personas.get(services.defaultPersonaId);
};
