import { knownMacros } from './known-macros.ts';
import { callOf, type MacroPart, parseMacros } from './parse-macros.ts';

/** The names of all macros in a text, in lower case, those inside others too. */
const namesIn = (text: string): ReadonlySet<string> => {
  const names = new Set<string>();
  const visit = (parts: readonly MacroPart[]): void => {
    for (const part of parts) {
      if (typeof part === 'string') continue;
      const name = callOf(part)?.name;
      if (name !== undefined) names.add(name);
      // A comment's inside is never expanded.
      if (name !== '//' && name !== 'comment' && name !== 'hidden_key') visit(part.parts);
    }
  };
  visit(parseMacros(text));
  return names;
};

/** The macros in a text that may stand for something else in the next answer: time, chance, variables, the last message. */
export const volatileMacros = (text: string): readonly string[] =>
  [...namesIn(text)].filter((name) => knownMacros.get(name)?.isVolatile === true);

/**
 * True for a text that changes from answer to answer. Such a text belongs near the end of the prompt: at its
 * beginning it would make the engine evaluate everything after it anew, every time.
 */
export const isVolatile = (text: string): boolean => text.includes('{{') && volatileMacros(text).length > 0;

/** The names of all macros, in lower case. */
export const knownMacroNames: readonly string[] = [...knownMacros.keys(), 'trim'].filter((name) => name !== '//');

/** The macros in a text that nothing here knows; they stay in the prompt as they are. */
export const unknownMacros = (text: string): readonly string[] =>
  [...namesIn(text)].filter((name) => !knownMacros.has(name) && name !== 'trim');
