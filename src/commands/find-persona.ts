import type { CommandContext } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { closest } from '../text/closest.ts';
import { refusal, shownPath } from './refusal.ts';
import type { PersonaCatalogue } from './services.ts';
import { visiblePersonas } from './visible-personas.ts';

const isSameText = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** A persona that may be chosen here, by its id or its display name; ids win, and a display name that two share is not guessed at. */
export const findPersona = (personas: PersonaCatalogue, asked: string, context: CommandContext): Persona => {
  const all = visiblePersonas(personas, context);
  const byId = all.find(({ id }) => isSameText(id, asked));
  if (byId !== undefined) return byId;
  const byName = all.filter(({ name }) => isSameText(name, asked));
  const [found, ...others] = byName;
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    const ids = byName.map(({ id }) => id).join(', ');
    throw refusal('bad-input', context, 'personaTwins', { count: byName.length, name: found.name, ids });
  }
  const near =
    closest(asked, uniqueNames(all)) ??
    closest(
      asked,
      all.map(({ id }) => id),
    );
  throw near === undefined
    ? refusal('not-found', context, 'personaUnknown', { command: shownPath('persona list', context) })
    : refusal('not-found', context, 'personaUnknownNear', { near });
};

/** What those personas can be called that may be chosen here. */
export const namesHere = (personas: PersonaCatalogue, context: CommandContext): readonly string[] =>
  uniqueNames(visiblePersonas(personas, context));

/** What each persona can be called without doubt: its display name, or its id where the name is taken twice. */
export const uniqueNames = (personas: readonly Persona[]): readonly string[] => {
  const isTaken = (wanted: Persona): boolean =>
    personas.some((other) => other !== wanted && (isSameText(other.name, wanted.name) || isSameText(other.id, wanted.name)));
  return personas.map((persona) => (isTaken(persona) ? persona.id : persona.name));
};
