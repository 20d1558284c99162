import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join, parse, sep } from 'node:path';
import { bounds } from '../core/bounds.ts';
import type { Mistake } from '../text/mistake.ts';

/** One file that describes a persona. */
export type PersonaFilePlace = { readonly id: string; readonly path: string; readonly label: string };

const extensions = ['.yaml', '.yml', '.json'];

/**
 * The persona files of a folder: `<id>.yaml`, `.yml` or `.json`, or `persona` with one of these
 * extensions in a folder `<id>`. Whatever else lies there (pictures, notes, hidden files) is passed over.
 *
 * @param label the folder as people name it
 */
export const findPersonaFiles = (
  folder: string,
  label: string,
): { readonly places: readonly PersonaFilePlace[]; readonly mistakes: readonly Mistake[] } => {
  const whole = (text: string) => ({ places: [], mistakes: [{ file: label, path: '', text }] });
  let root: string;
  let names: readonly string[];
  try {
    root = realpathSync(folder);
    names = readdirSync(root).sort();
  } catch {
    return whole('there is no such folder, or it cannot be read; personas lie there');
  }
  const candidates = names.flatMap((name) => candidatesOf(root, name));
  if (candidates.length > bounds.personasMax) return whole(`holds more than ${bounds.personasMax} personas`);

  const mistakes: Mistake[] = [];
  const places = new Map<string, PersonaFilePlace>();
  for (const { id, name } of candidates) {
    const file = `${label}/${name}`;
    const problem = problemOf(root, id, name) ?? alreadyThere(places.get(id));
    if (problem === undefined) places.set(id, { id, path: join(root, name), label: file });
    else mistakes.push({ file, path: '', text: problem });
  }
  return { places: [...places.values()], mistakes };
};

const candidatesOf = (root: string, name: string): readonly { readonly id: string; readonly name: string }[] => {
  if (name.startsWith('.')) return [];
  const { name: id, ext } = parse(name);
  if (extensions.includes(ext.toLowerCase())) return [{ id, name }];
  return extensions.flatMap((extension) => {
    const inner = join(name, `persona${extension}`);
    return existsSync(join(root, inner)) ? [{ id: name, name: inner.split(sep).join('/') }] : [];
  });
};

const problemOf = (root: string, id: string, name: string): string | undefined => {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) {
    return 'the name must be of lower-case letters, digits, - and _ only, such as my-persona.yaml; what people see is `name` inside it';
  }
  try {
    return realpathSync(join(root, name)).startsWith(root.endsWith(sep) ? root : root + sep)
      ? undefined
      : 'is a link that leads out of the folder; put the file itself there';
  } catch {
    return 'cannot be read';
  }
};

const alreadyThere = (place: PersonaFilePlace | undefined): string | undefined =>
  place === undefined ? undefined : `has the same id as ${place.label}; rename one of them`;
