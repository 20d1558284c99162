import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, parse, sep } from 'node:path';
import { bounds } from '../core/bounds.ts';
import type { Mistake } from '../text/mistake.ts';
import { idPattern, slugOf } from '../text/slug.ts';

/** One file that describes a persona. `isCard`: a picture or archive, which may turn out to hold none. */
export type PersonaFilePlace = { readonly id: string; readonly path: string; readonly label: string; readonly isCard: boolean };

const textExtensions = ['.yaml', '.yml', '.json'];
const cardExtensions = ['.charx', '.png', '.apng'];
const pictureExtensions = ['.png', '.jpg', '.jpeg', '.webp', '.gif'];

/**
 * The persona files of a folder: `<id>.yaml`, `.yml` or `.json`, or `persona` with one of these
 * extensions in a folder `<id>`; and cards that lie in a `.png` or `.charx`, whatever it is called. All other
 * files (notes, hidden files) are passed over. Text files come first.
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
  const places: PersonaFilePlace[] = [];
  const texts = new Map<string, PersonaFilePlace>();
  for (const { id, name, isCard } of candidates.toSorted((a, b) => Number(a.isCard) - Number(b.isCard))) {
    // The picture of a persona that is described beside it.
    if (isCard && texts.has(id) && isPictureName(name)) continue;
    const place = { id, path: join(root, name), label: `${label}/${name}`, isCard };
    const problem = problemOf(root, id, name) ?? alreadyThere(texts.get(id));
    if (problem !== undefined) mistakes.push({ file: place.label, path: '', text: problem });
    else {
      places.push(place);
      if (!isCard) texts.set(id, place);
    }
  }
  return { places, mistakes };
};

/** What is said of a second file with the same id. */
export const alreadyThere = (place: PersonaFilePlace | undefined): string | undefined =>
  place === undefined ? undefined : `has the same id as ${place.label}; rename one of them`;

/**
 * The picture of a persona that is described in a text file: the one it names, or one of the same name as the file.
 * Undefined where there is none; a link that leads out of the file's folder is none.
 */
export const pictureBeside = (path: string, named: string | undefined): string | undefined => {
  const folder = dirname(path);
  const stem = basename(path, parse(path).ext);
  const names = named === undefined ? pictureExtensions.map((extension) => stem + extension) : [named];
  const name = names.find((candidate) => existsSync(join(folder, candidate)));
  return name !== undefined && isInside(folder, name) ? join(folder, name) : undefined;
};

const candidatesOf = (
  root: string,
  name: string,
): readonly { readonly id: string; readonly name: string; readonly isCard: boolean }[] => {
  if (name.startsWith('.')) return [];
  const { name: id, ext } = parse(name);
  if (textExtensions.includes(ext.toLowerCase())) return [{ id, name, isCard: false }];
  if (cardExtensions.includes(ext.toLowerCase())) return [{ id: slugOf(id, 'persona'), name, isCard: true }];
  const within = (extensions: readonly string[], isCard: boolean) =>
    extensions.flatMap((extension) => {
      const inner = join(name, `persona${extension}`);
      return existsSync(join(root, inner)) ? [{ id: name, name: inner.split(sep).join('/'), isCard }] : [];
    });
  const texts = within(textExtensions, false);
  return texts.length > 0 ? texts : within(cardExtensions, true).slice(0, 1);
};

const problemOf = (root: string, id: string, name: string): string | undefined => {
  if (!idPattern.test(id)) {
    return 'the name must be of lower-case letters, digits, - and _ only, such as my-persona.yaml; what people see is `name` inside it';
  }
  const inside = isInside(root, name);
  if (inside === undefined) return 'cannot be read';
  return inside ? undefined : 'is a link that leads out of the folder; put the file itself there';
};

/** Whether the file lies in the folder in truth, too; undefined when that can't be told. */
const isInside = (folder: string, name: string): boolean | undefined => {
  try {
    const root = realpathSync(folder);
    return realpathSync(join(root, name)).startsWith(root.endsWith(sep) ? root : root + sep);
  } catch {
    return undefined;
  }
};

const isPictureName = (name: string): boolean => pictureExtensions.includes(parse(name).ext.toLowerCase());
