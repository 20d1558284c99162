import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Persona } from '../core/persona.ts';
import type { Checked } from '../text/check.ts';
import type { Mistake } from '../text/mistake.ts';
import { parseYaml } from '../text/parse-yaml.ts';
import { readTextFile } from '../text/read-text-file.ts';
import { type ReadCard, readCard } from './card/read-card.ts';
import { alreadyThere, findPersonaFiles, type PersonaFilePlace, pictureBeside } from './find-persona-files.ts';
import { describedIn } from './persona-of.ts';
import { readBytes } from './read-bytes.ts';

/** A persona and the file that it was read from. `isCard`: whether that is a card, or a persona in this project's own form. */
export type FiledPersona = { readonly persona: Persona; readonly place: PersonaFilePlace; readonly isCard: boolean };

/** All personas of a folder that people write, by id, and everything that is wrong there. */
export const readPersonas = (
  folder: string,
  label: string,
): {
  readonly personas: ReadonlyMap<string, FiledPersona>;
  readonly mistakes: readonly Mistake[];
  /** Ids of files that are there, whether they could be read or not; undefined when the folder itself is wrong. */
  readonly ids: ReadonlySet<string> | undefined;
} => {
  const { places, mistakes: misplaced } = findPersonaFiles(folder, label);
  const mistakes: Mistake[] = [...misplaced];
  const personas = new Map<string, FiledPersona>();
  for (const place of places) {
    const { value: found, mistakes: wrong } = place.isCard ? ofCardFile(place) : ofTextFile(place);
    const former = personas.get(place.id)?.place;
    if (wrong !== undefined) mistakes.push(...wrong);
    else if (found && former) mistakes.push({ file: place.label, path: '', text: alreadyThere(former) ?? '' });
    else if (found) personas.set(place.id, { ...found, place });
  }
  const isFolderWrong = places.length === 0 && misplaced.length > 0;
  return { personas, mistakes, ids: isFolderWrong ? undefined : new Set(places.map(({ id }) => id)) };
};

/** The persona of a card that was read from this file. */
export const personaOfCard = ({ card, picture }: ReadCard, id: string, path: string): Persona =>
  Object.freeze<Persona>({ id, ...card.fields, ...(picture && { avatar: { kind: 'card', path } }) });

type Found = Omit<FiledPersona, 'place'>;

const ofTextFile = ({ id, path, label: file }: PersonaFilePlace): Checked<Found> => {
  const read = readTextFile(path);
  if (!('text' in read)) return { mistakes: [{ file, path: '', text: read.problem }] };
  const document = parseYaml(read.text, file);
  const { value, mistakes } = describedIn(document, id);
  if (mistakes !== undefined) return { mistakes };
  const { persona, isCard, picture: named } = value;
  const picture = pictureBeside(path, named);
  if (picture === undefined && named === undefined) return { value: { persona, isCard } };
  if (picture !== undefined) {
    return { value: { persona: Object.freeze<Persona>({ ...persona, avatar: { kind: 'picture', path: picture } }), isCard } };
  }
  const text = `there is no ${named} beside this file`;
  return { mistakes: [{ file, position: document.position(['avatar']), path: 'avatar', text }] };
};

/** Undefined for a picture that holds no card: it just lies there. */
const ofCardFile = ({ id, path, label: file }: PersonaFilePlace): Checked<Found | undefined> => {
  try {
    const card = readCard(readBytes(path, bounds.card.fileBytesMax));
    return { value: { persona: personaOfCard(card, id, path), isCard: true } };
  } catch (error) {
    if (!(error instanceof PaddockError)) throw error;
    if (error.code === 'not-found') return { value: undefined };
    return { mistakes: [{ file, path: '', text: error.userText.replace(/\.$/, '') }] };
  }
};
