import type { Persona } from '../core/persona.ts';
import { closest } from '../text/closest.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { parseYaml } from '../text/parse-yaml.ts';
import { readTextFile } from '../text/read-text-file.ts';
import { findPersonaFiles } from './find-persona-files.ts';
import { personaOf } from './persona-of.ts';

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
  const { places, mistakes: misplaced } = findPersonaFiles(folder, label);
  const mistakes: Mistake[] = [...misplaced];
  const personas = new Map<string, Persona>();
  for (const { id, path, label: file } of places) {
    const read = readTextFile(path);
    const checked =
      'text' in read ? personaOf(parseYaml(read.text, file), id) : { mistakes: [{ file, path: '', text: read.problem }] };
    if (checked.mistakes === undefined) personas.set(id, checked.value);
    else mistakes.push(...checked.mistakes);
  }
  const chosen = personas.get(defaultId);
  const isKnown = places.some(({ id }) => id === defaultId);
  if (misplaced.length === 0 && !isKnown) mistakes.push(noDefault(label, defaultId, [...personas.keys()]));
  if (chosen === undefined || mistakes.length > 0) throw mistakesError(mistakes);

  const list = Object.freeze([chosen, ...[...personas.values()].filter((persona) => persona !== chosen)]);
  return { default: chosen, list: () => list, get: (id) => personas.get(id) };
};

const noDefault = (label: string, wanted: string, ids: readonly string[]): Mistake => {
  const near = closest(wanted, ids);
  const hint = near === undefined ? `put ${wanted}.yaml there, or change the setting` : `did you mean ${near}?`;
  return { file: label, path: '', text: `there is no persona ${wanted}, which the setting \`persona\` names; ${hint}` };
};
