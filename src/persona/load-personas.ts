import type { Persona } from '../core/persona.ts';
import { closest } from '../text/closest.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { readPersonas } from './read-personas.ts';

/** The personas that can answer. */
export interface PersonaCatalogue {
  /** The one that answers where none was chosen. */
  readonly default: Persona;
  /** All of them, the default first, the others by id. */
  list(): readonly Persona[];
  get(id: string): Persona | undefined;
}

/**
 * Reads all personas of a folder.
 *
 * @param options.defaultId the configured default persona
 * @param options.label the folder as people name it [`personas`]
 * @throws PaddockError `configuration-invalid`, with a line of the message for every mistake in any of the files
 */
export const loadPersonas = (
  folder: string,
  { defaultId, label = 'personas' }: { readonly defaultId: string; readonly label?: string },
): PersonaCatalogue => {
  const { personas, mistakes: found, ids } = readPersonas(folder, label);
  const mistakes: Mistake[] = [...found];
  const chosen = personas.get(defaultId)?.persona;
  if (ids !== undefined && (!ids.has(defaultId) || (mistakes.length === 0 && chosen === undefined))) {
    mistakes.push(noDefault({ label }, defaultId, [...personas.keys()]));
  }
  if (chosen === undefined || mistakes.length > 0) throw mistakesError(mistakes);

  const others = [...personas.values()].map(({ persona }) => persona).filter((persona) => persona !== chosen);
  const list = Object.freeze([chosen, ...others.toSorted((a, b) => (a.id < b.id ? -1 : 1))]);
  return { default: chosen, list: () => list, get: (id) => personas.get(id)?.persona };
};

/** Where people name the persona that answers where none was chosen: a place in a file, or an option. */
export type NamedAt = Omit<Mistake, 'text'>;

/**
 * Says that the configured default persona is missing.
 *
 * @param options.label the folder as people name it
 * @param options.namedAt where it is named; without it, it is the setting's own default
 */
export const noDefault = (
  { label, namedAt }: { readonly label: string; readonly namedAt?: NamedAt | undefined },
  wanted: string,
  ids: readonly string[],
): Mistake => {
  const near = closest(wanted, ids);
  if (namedAt !== undefined) {
    const { file, position, path } = namedAt;
    const hint = near === undefined ? `there are ${ids.toSorted().join(', ') || 'none'}` : `did you mean ${near}?`;
    return { file, ...(position && { position }), path, text: `there is no persona ${JSON.stringify(wanted)}; ${hint}` };
  }
  const hint = near === undefined ? `put ${wanted}.yaml there, or change the setting` : `did you mean ${near}?`;
  return { file: label, path: '', text: `there is no persona ${wanted}, which the setting \`persona\` names; ${hint}` };
};
