import { bounds } from '../core/bounds.ts';

/** How often each term is in a text. */
export type Terms = ReadonlyMap<string, number>;

/** Letters this many from a word's beginning stand for all of it: "painting" and "painted" are the same then, in most languages. */
const wordLettersMax = 5;

/** Scripts that put no spaces between words: there, two characters in a row are a term. */
const unspaced = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\u30fc\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const termPattern = new RegExp(`[${unspaced}]+|[[\\p{L}\\p{N}\\p{M}]--[${unspaced}]]+`, 'gv');
const unspacedPattern = new RegExp(`^[${unspaced}]`, 'v');
/** Accents; the vowels of other scripts are marks as well, and stay. */
const accents = /([\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}])\p{Mn}+/gu;

/** The terms by which a text is found: words without endings, capitals and accents. Bounded, whatever the text is. */
export const termsOf = (text: string): Terms => {
  const terms = new Map<string, number>();
  const plain = text
    .slice(0, bounds.recall.turnCharactersMax)
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(accents, '$1')
    .normalize('NFC')
    .replaceAll('ß', 'ss');
  for (const [word] of plain.matchAll(termPattern))
    for (const term of unspacedPattern.test(word) ? pairsOf(word) : stemsOf(word)) {
      const count = terms.get(term);
      if (count === undefined && terms.size >= bounds.recall.turnTermsMax) continue;
      terms.set(term, (count ?? 0) + 1);
    }
  return terms;
};

/** Two characters in a row, each time; a single one is itself. */
const pairsOf = (word: string): readonly string[] => {
  const characters = [...word];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
};

/** The beginning of a word. Single letters say nothing; digits do. */
const stemsOf = (word: string): readonly string[] => {
  const singular = word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
  const stem = /\p{N}/u.test(singular)
    ? singular.slice(0, 32)
    : [...singular.slice(0, wordLettersMax * 2)].slice(0, wordLettersMax).join('');
  return stem.length > 1 || /\p{N}/u.test(stem) ? [stem] : [];
};
