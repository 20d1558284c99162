/**
 * Scripts written without spaces between words, or (Hangul) with endings that cling to the word:
 * there every place between two letters may be a word's border.
 */
const unspaced = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\u30fc]/u;

const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;

/** True if the stretch of the text stands as a word of its own, not inside a longer one. */
export const isWholeWord = (text: string, start: number, end: number): boolean =>
  isBorder(before(text, start), text.codePointAt(start)) && isBorder(text.codePointAt(end), before(text, end));

/** Whether a word can end between a character of it and the one outside. */
const isBorder = (outside: number | undefined, inside: number | undefined): boolean => {
  if (outside === undefined || inside === undefined) return true;
  if (outside < 128) {
    const isWord = (outside >= 48 && outside <= 57) || ((outside | 32) >= 97 && (outside | 32) <= 122) || outside === 95;
    return !isWord || isUnspaced(inside);
  }
  return !wordCharacter.test(String.fromCodePoint(outside)) || isUnspaced(outside) || isUnspaced(inside);
};

const isUnspaced = (point: number): boolean => point > 0xe00 && unspaced.test(String.fromCodePoint(point));

const before = (text: string, at: number): number | undefined => {
  if (at === 0) return undefined;
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit < 0xe000 && at > 1 ? text.codePointAt(at - 2) : unit;
};
