import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { bounds } from '../core/bounds.ts';
import type { Logger } from '../core/logger.ts';
import type { Persona, PersonaAvatar } from '../core/persona.ts';
import { readAvatar } from './avatar.ts';
import { type ShownPicture, shownPictureOf } from './shown-picture.ts';

/** The picture of somebody who speaks. */
export type SpeakerPicture = {
  /** The same for the same picture, and another one for every other, also after a restart. */
  readonly key: string;
  /** Undefined where it is not there any more, or another one is. */
  read(): ShownPicture | undefined;
};

/** What personas look like. */
export interface SpeakerPictures {
  /**
   * The picture of a speaker (`persona:<id>`); undefined where there is none that can be shown. Costs a look at the file's date,
   * and reading it where that is new. Never throws.
   */
  of(speakerId: string): SpeakerPicture | undefined;
}

export type SpeakerPicturesOptions = {
  /** The persona of an id. */
  persona(id: string): Persona | undefined;
  /** Told once of each picture that can't be shown, and why. */
  readonly logger: Logger;
};

const prefix = 'persona:';

type Looked = { readonly version: string; readonly key: string | undefined };

export const createSpeakerPictures = ({ persona, logger }: SpeakerPicturesOptions): SpeakerPictures => {
  const looked = new Map<string, Looked>();

  const read = (avatar: PersonaAvatar): ShownPicture | undefined => {
    const picture = readAvatar(avatar);
    return picture && shownPictureOf(picture).shown;
  };

  const look = (id: string, avatar: PersonaAvatar, version: string): Looked => {
    const picture = readAvatar(avatar);
    const { shown, problem } = picture === undefined ? { problem: 'It can not be read.' } : shownPictureOf(picture);
    if (problem !== undefined) logger.warn({ part: 'persona', persona: id, problem }, 'a persona speaks without its picture');
    return { version, key: shown && keyOf(shown) };
  };

  return {
    of: (speakerId) => {
      const id = speakerId.startsWith(prefix) ? speakerId.slice(prefix.length) : undefined;
      const avatar = id === undefined ? undefined : persona(id)?.avatar;
      if (id === undefined || avatar === undefined) return undefined;
      const version = versionOf(avatar);
      if (version === undefined) return undefined;
      const known = looked.get(avatar.path);
      const { key } = known?.version === version ? known : look(id, avatar, version);
      looked.delete(avatar.path);
      looked.set(avatar.path, { version, key });
      const [oldest] = looked.keys();
      if (looked.size > bounds.personasMax && oldest !== undefined) looked.delete(oldest);
      if (key === undefined) return undefined;
      return {
        key,
        read: () => {
          const shown = read(avatar);
          return shown !== undefined && keyOf(shown) === key ? shown : undefined;
        },
      };
    },
  };
};

const keyOf = ({ bytes }: ShownPicture): string => createHash('sha256').update(bytes).digest('hex');

/** Changes with the file; undefined where there is none. */
const versionOf = ({ kind, path }: PersonaAvatar): string | undefined => {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${kind} ${mtimeMs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
};
