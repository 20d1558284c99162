/** The languages in which the bot itself speaks, as BCP 47 tags. English is complete by definition; the others follow it. */
export const locales = ['en', 'de', 'fr', 'es', 'ja', 'pt-BR'] as const;

export type Locale = (typeof locales)[number];

/** The language for a tag of any form (`de`, `es-419`, `pt_BR.UTF-8`), English where there is none. */
export const localeOf = (tag: string | null | undefined): Locale => {
  const language = /^[a-z]{2,3}(?=$|[-_.@])/i.exec(tag ?? '')?.[0].toLowerCase();
  return locales.find((locale) => locale.slice(0, 2) === language) ?? 'en';
};
