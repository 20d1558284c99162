// What the bot says by itself, in every language: nothing missing, nothing left in English, no value lost.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PaddockError, userTextOf } from '../../../src/core/error.ts';
import { type Locale, locales } from '../../../src/core/locale.ts';
import { type SentenceKey, sentence } from '../../../src/core/sentence.ts';
import { englishSentences } from '../../../src/core/sentences.ts';
import { sentenceIn, userTextIn, wordings } from '../../../src/locale/index.ts';

const keys = Object.keys(englishSentences) as SentenceKey[];
const namesIn = (text: string): readonly string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
/** Commands, files, settings and what else is the same in every language. */
const fixedIn = (text: string): readonly string[] =>
  (text.match(/\/[a-z]+ [a-z]+\b|`[^`]+`|\.jinja|[a-z]+\/(?=\s|,|（)/g) ?? []).sort();

test('there is a wording for every language', () => assert.deepEqual(Object.keys(wordings), [...locales]));

for (const locale of locales.filter((each) => each !== 'en')) {
  test(`every sentence is there, with its values, and none is English: ${locale}`, () => {
    const wording = wordings[locale];
    assert.deepEqual(Object.keys(wording), keys, 'the same sentences in the same order');
    for (const key of keys) {
      const [english, text] = [englishSentences[key], wording[key]];
      assert.deepEqual(namesIn(text), namesIn(english), `${locale} ${key}`);
      assert.deepEqual(fixedIn(text), fixedIn(english), `${locale} ${key}`);
      assert.notEqual(text, english, `${locale} ${key} is still English`);
      assert.equal(
        /[.?!。？！]$/.test(text),
        /[.?!]$/.test(english.replace(/ \{again\}$/, '')) && !text.endsWith('}'),
        `${locale} ${key}`,
      );
      if (locale === 'ja') assert.match(text, /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u, key);
      else assert.doesNotMatch(text, /\b(?:the|my|your|please|this|there)\b/i, `${locale} ${key}`);
    }
  });
}

test('sentences and lists within a sentence are said in its language, values as they are', () => {
  const full = sentence('queueUserMany', { count: 3, again: sentence('againInMinutes', { count: 2 }) });
  const said: Readonly<Record<Locale, string>> = {
    en: '3 of your messages still wait for an answer. Please try again in about 2 minutes.',
    de: '3 deiner Nachrichten warten noch auf Antwort. Bitte versuch es in etwa 2 Minuten noch einmal.',
    fr: '3 de tes messages attendent encore une réponse. Réessaie dans 2 minutes environ.',
    es: '3 de tus mensajes todavía esperan respuesta. Vuelve a intentarlo en unos 2 minutos.',
    ja: 'あなたのメッセージが 3 件、まだ返答待ちです。2 分ほどしてからもう一度試してください。',
    'pt-BR': '3 das suas mensagens ainda esperam resposta. Tente de novo em cerca de 2 minutos.',
  };
  for (const locale of locales) assert.equal(sentenceIn(locale, full), said[locale]);
  const wrong = (value: string) =>
    sentence('settingWrong', { name: 'x', value, expected: ['`a`', sentence('wholeFrom', { least: 1 }), '`b`'] });
  assert.equal(sentenceIn('en', wrong('1')), "x can't be 1. It is `a`, a whole number of at least 1 or `b`.");
  assert.equal(sentenceIn('de', wrong('1')), 'x kann nicht 1 sein. Möglich ist: `a`, eine ganze Zahl ab 1 oder `b`.');
  assert.equal(sentenceIn('ja', wrong('1')), 'x を 1 にはできません。使えるのは`a`、1 以上の整数、または`b`です。');
  // What people typed is no part of the wording.
  assert.equal(sentenceIn('en', wrong('$& {name} {expected}')).slice(0, 34), "x can't be $& {name} {expected}. I");
});

test('an error says its sentence in any language, and English to the log; other failures say a general one', () => {
  const error = new PaddockError('cancelled', 'for the log', { userText: sentence('cancelled') });
  assert.deepEqual(
    [error.message, error.userText, userTextOf(error)],
    ['for the log', 'That was cancelled.', 'That was cancelled.'],
  );
  assert.equal(userTextIn('de', error), 'Das wurde abgebrochen.');
  const worded = new PaddockError('bad-input', 'for the log', { userText: 'Déjà dit.' });
  assert.deepEqual([userTextIn('de', worded), worded.sentence], ['Déjà dit.', undefined]);
  assert.equal(userTextIn('es', new Error('secret')), wordings.es.unexpected);
  assert.equal(userTextOf(new Error('secret')), wordings.en.unexpected);
});

/** Where sentences may stand as texts: they are said on the command line, or at a start that fails, where English is spoken. */
const spokenInEnglish = [
  ...[
    'cli/',
    'engine/llama/bench/',
    'platform/discord/refusals.ts',
    'platform/discord/packet-guard.ts',
    'prompt/conversation-file.ts',
  ],
  ...['app/folder-error.ts', 'store/sqlite.ts', 'store/store.ts', 'store/lock-store.ts'],
  // Nobody reads them: the terminal is gone.
  ...['platform/terminal/screen-port.ts', 'platform/terminal/line-chat.ts'],
];

test('no other error has its sentence as an English text', () => {
  const root = fileURLToPath(new URL('../../../src/', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  const wrong = files
    .filter((file) => file.endsWith('.ts') && !spokenInEnglish.some((part) => file.startsWith(part)))
    .filter((file) => /\buserText:\s*(?:['"]|`[A-Z])/.test(readFileSync(`${root}${file}`, 'utf8')));
  assert.deepEqual(wrong, [], 'name the sentence in core/sentences.ts and say it with `sentence`');
});
