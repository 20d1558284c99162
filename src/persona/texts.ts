import { bounds } from '../core/bounds.ts';
import { withoutInvisible } from '../text/without-invisible.ts';

/** Without control characters, white space around it, the line ends of other systems, and halves of characters. */
export const clean = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '')
    .trim();

/** A name on one line, not longer than names can be. Empty where nothing in it can be seen. */
export const cleanName = (text: string): string => {
  const line = withoutInvisible(clean(text)).replaceAll(/\s+/g, ' ').trim();
  if (!/[^\s\p{C}]/u.test(line)) return '';
  return line.length <= bounds.nameCharactersMax ? line : withoutHalf(line.slice(0, bounds.nameCharactersMax)).trim();
};

/** The first text that says something. */
export const first = (...texts: readonly (string | null | undefined)[]): string | undefined =>
  texts.find((text): text is string => typeof text === 'string' && text.trim() !== '');

/** What can be said about a persona in a line for lists. */
export type SummarySource = {
  readonly personality?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly scenario?: string | null | undefined;
  readonly systemPrompt?: string | null | undefined;
};

/** A line for lists, taken from what is said about the character. */
export const summaryOf = (from: SummarySource, name: string): string => {
  const source = first(from.personality, from.description, from.scenario, from.systemPrompt);
  if (source === undefined) return name;
  // The beginning is enough, however long the text is.
  const line = clean(source.slice(0, 2000))
    .replaceAll(/\{\{char\}\}|<BOT>/gi, () => name)
    .replaceAll(/\{\{user\}\}|<USER>/gi, 'you')
    .replaceAll(/\s+/g, ' ');
  const sentence = /^.{10,}?[.!?](?=\s|$)/u.exec(line)?.[0] ?? line;
  if (sentence === '') return name;
  if (sentence.length <= bounds.personaSummaryCharactersMax) return sentence;
  // Cut at a word, and so never inside a surrogate pair unless a single word is that long.
  const cut = sentence.slice(0, bounds.personaSummaryCharactersMax - 1);
  return `${cut.includes(' ') ? cut.slice(0, cut.lastIndexOf(' ')) : withoutHalf(cut)}…`;
};

/** A text cut inside a surrogate pair loses its first half, too. */
const withoutHalf = (text: string): string => text.replace(/[\ud800-\udbff]$/, '');
