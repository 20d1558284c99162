import { userSentenceOf } from '../core/error.ts';
import type { Locale } from '../core/locale.ts';
import { inWords, type Sentences, type SentenceValue } from '../core/sentence.ts';
import { englishSentences } from '../core/sentences.ts';
import { german } from './de.ts';
import { spanish } from './es.ts';
import { french } from './fr.ts';
import { japanese } from './ja.ts';
import { brazilian } from './pt-br.ts';

/** To add a language: its file, its line here, and its tag in core/locale.ts. What commands say is in commands/locale/. */
export const wordings: Readonly<Record<Locale, Sentences>> = {
  en: englishSentences,
  de: german,
  fr: french,
  es: spanish,
  ja: japanese,
  'pt-BR': brazilian,
};

/** A sentence in somebody's language; a text stays as it is. */
export const sentenceIn = (locale: Locale, said: SentenceValue): string => inWords(wordings[locale], locale, said);

/** What to say of any failure, in somebody's language. */
export const userTextIn = (locale: Locale, error: unknown): string => sentenceIn(locale, userSentenceOf(error));
