import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import { readCard } from '../persona/card/read-card.ts';

/**
 * What of a file can hold a lorebook, as text: the book inside of a picture or archive that is a character card, else the file itself.
 * Throws a `PaddockError` (`bad-input`, `not-found`) for a card without one.
 */
export const loreBytes = (bytes: Uint8Array): { readonly bytes: Uint8Array; readonly name?: string } => {
  const isText = /^(?:\xef\xbb\xbf)?[\s\x20-\x7e\xc2-\xf4][^\0]*$/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  if (isText && !isArchive) return { bytes };
  const { name, characterBook } = readCard(bytes).card.fields;
  if (characterBook === undefined) {
    throw new PaddockError('bad-input', 'a character card without a lorebook was to be imported as one', {
      userText: sentence('cardWithoutBook'),
    });
  }
  return { bytes: new TextEncoder().encode(JSON.stringify(characterBook)), name };
};
