import { bounds } from '../core/bounds.ts';
import type { PersonaAvatar } from '../core/persona.ts';
import { type Picture, pictureOf } from './card/picture.ts';
import { readCard } from './card/read-card.ts';
import { readBytes } from './read-bytes.ts';

/** A persona's picture. Undefined where the file is gone or holds none any more. */
export const readAvatar = ({ kind, path }: PersonaAvatar): Picture | undefined => {
  try {
    const bytes = readBytes(path, bounds.card.fileBytesMax);
    return kind === 'picture' ? pictureOf(bytes) : readCard(bytes).picture;
  } catch {
    return undefined;
  }
};
