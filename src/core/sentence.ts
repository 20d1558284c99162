import type { englishFileSentences } from './file-sentences.ts';
import type { Locale } from './locale.ts';
import { englishSentences } from './sentences.ts';

export type SentenceKey = keyof typeof englishSentences;

/** The wording of every sentence in one language. */
export type Sentences = Readonly<Record<SentenceKey, string>>;

/** The part of it about files that people bring. */
export type FileSentences = Pick<Sentences, keyof typeof englishFileSentences>;

/** What can stand in a sentence: a text or number as it is, another sentence, or several of which one is meant. */
export type SentenceValue = string | number | Sentence | readonly (string | Sentence)[];

/** Something to tell people, before it is known in which language. Plain data: it crosses processes. */
export type Sentence = { readonly key: SentenceKey; readonly values: Readonly<Record<string, SentenceValue>> };

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type ValuesOf<Key extends SentenceKey> = Readonly<Record<Names<(typeof englishSentences)[Key]>, SentenceValue>>;

/** A sentence by its key, with all the values that its English wording names. */
export const sentence = <Key extends SentenceKey>(
  key: Key,
  ...[values]: [keyof ValuesOf<Key>] extends [never] ? [] : [values: ValuesOf<Key>]
): Sentence => ({ key, values: values ?? {} });

/** A sentence, or what stands in one, in a language whose wording is given. */
export const inWords = (wording: Sentences, locale: Locale, said: SentenceValue): string => {
  if (typeof said !== 'object') return String(said);
  if ('key' in said) {
    return wording[said.key].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(said.values, name) ? said.values[name] : undefined;
      return value === undefined ? whole : inWords(wording, locale, value);
    });
  }
  // British English, for its lists have no comma before `or`.
  const list = new Intl.ListFormat(locale === 'en' ? 'en-GB' : locale, { type: 'disjunction' });
  return list.format(said.map((each) => inWords(wording, locale, each)));
};

/** The same in English, as the log and the command line have it. */
export const inEnglish = (said: SentenceValue): string => inWords(englishSentences, 'en', said);
