import { bounds } from '../core/bounds.ts';
import type { CommandContext, CommandOption } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { completions } from './completions.ts';
import { findPersona, namesHere } from './find-persona.ts';
import { refusal } from './refusal.ts';
import type { PersonaCatalogue, PersonaLibrary } from './services.ts';
import { homeOf, visiblePersonas } from './visible-personas.ts';

/** Whether the caller may do with what belongs to an owner as they like. Whoever calls has checked that they are a moderator. */
export const isTheirs = (context: CommandContext, owner: string | undefined): boolean =>
  context.rank === 'owner' || (owner !== undefined && owner === homeOf(context));

/** Whether the caller may change, replace and remove a persona: never what people wrote into files. */
export const mayChange = (personas: PersonaLibrary, context: CommandContext, id: string): boolean =>
  personas.isImported(id) && isTheirs(context, personas.ownerOf(id));

/** The persona that somebody means and may change; throws `not-found`, or `not-allowed` with the reason. */
export const ownPersona = (personas: PersonaLibrary, context: CommandContext, asked: string): Persona => {
  const persona = findPersona(personas, asked, context);
  if (mayChange(personas, context, persona.id)) return persona;
  const notice = personas.isImported(persona.id) ? 'personaForeign' : 'personaIsFile';
  throw refusal('not-allowed', context, notice, { name: persona.name });
};

/** Throws when the caller's server, or the caller, has as many personas as one may. */
export const requireRoom = (personas: PersonaLibrary, context: CommandContext): void => {
  const home = homeOf(context);
  if (home === undefined) return;
  const { perOwnerMax: max } = bounds.personaLibrary;
  const count = personas.list().filter(({ id }) => personas.ownerOf(id) === home).length;
  if (count >= max) throw refusal('not-allowed', context, 'personaMany', { max });
};

/** Others of the same name that may be chosen here, for who reads lists. */
export const namesakes = (personas: PersonaCatalogue, context: CommandContext, { id, name }: Persona): readonly Persona[] =>
  visiblePersonas(personas, context).filter((other) => other.id !== id && other.name.toLowerCase() === name.toLowerCase());

/** An option that names a persona. @param isOwn only those that the caller may change are proposed */
export const personaNameOption = (personas: PersonaLibrary, description: string, isOwn = false) =>
  ({
    name: 'name',
    description,
    max: 200,
    choices: async (context: CommandContext, typed: string) =>
      completions(
        typed,
        isOwn
          ? visiblePersonas(personas, context).flatMap(({ id }) => (mayChange(personas, context, id) ? [id] : []))
          : namesHere(personas, context),
      ),
  }) as const satisfies CommandOption;
