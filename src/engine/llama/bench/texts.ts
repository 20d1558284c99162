import type { Prompt } from '../../../core/prompt.ts';

/** Words that nearly every vocabulary has as one token. */
const words =
  'the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who its now find long down day did get come made may part'.split(
    ' ',
  );

/** So many words in an order that `seed` decides, so that texts of different seeds differ from the start. */
export const wordsOf = (seed: number, count: number): string => {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return words[(state >>> 8) % words.length] ?? 'the';
  };
  return Array.from({ length: count }, next).join(' ');
};

export const textPrompt = (text: string): Prompt => [{ kind: 'text', text }];
