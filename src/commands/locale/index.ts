import type { Locale } from '../../core/locale.ts';
import { german } from './de.ts';
import { english, type Notice } from './english.ts';
import { spanish } from './es.ts';
import { french } from './fr.ts';
import { japanese } from './ja.ts';
import { brazilian } from './pt-br.ts';
import type { Translation } from './translation.ts';

export type { Notice } from './english.ts';
export type { Translation } from './translation.ts';

/** To add a language: its file, its line here, and its tag in core/locale.ts. */
export const translations: Readonly<Record<Exclude<Locale, 'en'>, Translation>> = {
  de: german,
  fr: french,
  es: spanish,
  ja: japanese,
  'pt-BR': brazilian,
};

/** What the frame says, in somebody's language. */
export const say = (locale: Locale, notice: Notice, values: Readonly<Record<string, string | number>> = {}): string =>
  (locale === 'en' ? english : translations[locale].notices)[notice].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );

/** The description of a command or option by its path; the English one where there is none. */
export const describedIn = (locale: Locale, path: string, description: string): string =>
  (locale === 'en' ? undefined : translations[locale].commands[path]?.[1]) ?? description;

/** The words of a path as they are shown in a language: `/persona nutzen`. */
export const pathIn = (locale: Locale, path: string): string => {
  const words = path.split(' ');
  if (locale === 'en') return path;
  const { commands } = translations[locale];
  return words.map((word, index) => commands[words.slice(0, index + 1).join(' ')]?.[0] ?? word).join(' ');
};
