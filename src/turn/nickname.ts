import type { Persona } from '../core/persona.ts';

/**
 * Tells what a persona is called in prompts in place of its name, by speaker id; what it has said is remembered under the name.
 *
 * @param persona one that need not be among those known by their ids
 */
export const nicknamesOf =
  (
    { personaById }: { personaById?(id: string): Persona | undefined },
    persona?: Persona,
  ): ((speakerId: string) => string | undefined) =>
  (speakerId) => {
    if (!speakerId.startsWith(prefix)) return undefined;
    const id = speakerId.slice(prefix.length);
    return (id === persona?.id ? persona : personaById?.(id))?.nickname;
  };

const prefix = 'persona:';
