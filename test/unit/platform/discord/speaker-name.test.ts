import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { threadName } from '../../../../src/platform/discord/answer-threads.ts';
import {
  namePrefix,
  prefixCharacters,
  webhookName,
  withoutPrefix,
  withPrefix,
} from '../../../../src/platform/discord/speaker-name.ts';

const names = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('Clyde', 'DISCORD', 'discordiscord', 'cLyDeclyde', '', ' \n', '🦊'.repeat(50), '**:**', 'a\u2028b\\'),
);

test('webhook names are what Discord takes', () => {
  fc.assert(
    fc.property(names, (name) => {
      const fit = webhookName(name);
      assert.ok(fit.length >= 1 && fit.length <= 80 && fit === fit.trim());
      assert.doesNotMatch(fit, /clyde|discord|\n/i);
      assert.ok(fit.isWellFormed());
    }),
    { numRuns: 2000 },
  );
  assert.equal(webhookName('Ember the fox'), 'Ember the fox');
});

test('a name in front can be told from what was said, whatever both are', () => {
  fc.assert(
    fc.property(names, fc.string({ maxLength: 60 }), (name, text) => {
      const prefix = namePrefix(name);
      const whole = withPrefix(prefix, text);
      assert.equal(whole.length, text.length + prefixCharacters(prefix));
      assert.equal(withoutPrefix(whole), text);
      assert.doesNotMatch(prefix, /\n/);
    }),
    { numRuns: 2000 },
  );
  assert.equal(withPrefix(namePrefix('Ember'), 'Hello.'), '**Ember:** Hello.');
  assert.equal(withPrefix(namePrefix('Ember'), '# Title'), '**Ember:**\n# Title');
  assert.equal(withoutPrefix('**Bold** text'), '**Bold** text');
});

test('a thread is named after the first words of the question', () => {
  assert.equal(threadName('  what is *this*?\n'), 'what is this?');
  assert.equal(threadName('```js\n```'), 'Question');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const name = threadName(text);
      assert.ok(name.length >= 1 && name.length <= 100);
      assert.ok(name.isWellFormed());
    }),
    { numRuns: 1000 },
  );
});
