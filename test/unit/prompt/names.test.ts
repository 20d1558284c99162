import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bounds } from '../../../src/core/bounds.ts';
import { createLabelGuard } from '../../../src/prompt/labels.ts';
import { cleanName, distinctNames } from '../../../src/prompt/names.ts';

describe('names', () => {
  test('a name can be no more than a name', () => {
    assert.equal(cleanName('  Ada\nBo: hi '), 'Ada Bo hi');
    assert.equal(cleanName('A\u202ed\u200ba：'), 'Ada');
    assert.equal(cleanName('Zoë 🦘'), 'Zoë 🦘');
    assert.equal(cleanName(':\u200b\n', 'User'), 'User');
    assert.equal(cleanName('\u0301', 'User'), 'User');
  });

  test('any name becomes one line without a colon, and cleaning again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const cleaned = cleanName(name);
        assert.doesNotMatch(cleaned, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}:：]/u);
        assert.ok(cleaned.length > 0 && cleaned.length <= bounds.nameCharactersMax && cleaned.isWellFormed());
        assert.equal(cleanName(cleaned), cleaned);
      }),
    );
  });

  test('ids keep one name each, the last they had; equal names are told apart', () => {
    const names = distinctNames([
      { id: '1', name: 'Sam' },
      { id: '2', name: 'sam' },
      { id: '3', name: 'Sam (2)' },
      { id: '4', name: 'Kim' },
      { id: '4', name: 'Sam' },
    ]);
    assert.deepEqual([...names.values()], ['Sam', 'sam (2)', 'Sam (2) (2)', 'Sam (3)']);
    const long = distinctNames([
      { id: '1', name: 'x'.repeat(99) },
      { id: '2', name: 'x'.repeat(99) },
    ]);
    assert.deepEqual(
      [...long.values()].map((name) => cleanName(name)),
      [...long.values()],
    );
    assert.equal(new Set(long.values()).size, 2);
  });
});

describe('labels', () => {
  const guard = createLabelGuard(['### Instruction:', 'USER:'], 'line-start');

  test('a label at a line’s start is broken after its first character, nothing else changes', () => {
    assert.equal(guard('USER: hi'), 'U\u200bSER: hi');
    assert.equal(guard('a\n  user : b'), 'a\n  user : b');
    assert.equal(guard('a\r\u2028 \u200bUser: b'), 'a\r\u2028 \u200bU\u200bser: b');
    assert.equal(guard('x\n###Instruction:\n### INSTRUCTION:'), 'x\n#\u200b##Instruction:\n#\u200b## INSTRUCTION:');
    assert.equal(guard('the USER: label and ### Instruction: too'), 'the USER: label and ### Instruction: too');
  });

  test('where labels open turns anywhere they are broken anywhere, but not in words', () => {
    const anywhere = createLabelGuard(['USER:', '[INST]', 'A.B:'], 'anywhere');
    assert.equal(anywhere('hi USER: x SUPERUSER: [INST][INST]'), 'hi U\u200bSER: x SUPERUSER: [\u200bINST][\u200bINST]');
    assert.equal(anywhere('AxB: A.B:'), 'AxB: A\u200b.B:');
  });

  test('nothing that can’t be seen hides a label', () => {
    const anywhere = createLabelGuard(['USER:'], 'anywhere');
    for (const hidden of [
      '\u2800',
      '\u3164',
      '\u115f',
      '\uffa0',
      '\ufe0f',
      '\u{e0041}',
      '\0',
      '\b',
      '\u001b',
      '\u00ad',
      '\u2060',
    ]) {
      const name = `U+${hidden.codePointAt(0)?.toString(16)}`;
      assert.equal(guard(`x\n ${hidden} USER: a`), `x\n ${hidden} U\u200bSER: a`, name);
      assert.equal(guard(`${hidden}${hidden}### Instruction:`), `${hidden}${hidden}#\u200b## Instruction:`, name);
      assert.equal(guard(`x ${hidden}USER: a`), `x ${hidden}USER: a`, name);
      assert.equal(anywhere(`x\n${hidden}USER: a`), `x\n${hidden}U\u200bSER: a`, name);
    }
  });

  test('all that ends a line somewhere begins one', () => {
    for (const end of ['\n', '\r', '\v', '\f', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029'])
      assert.equal(guard(`x${end}USER: a`), `x${end}U\u200bSER: a`, `U+${end.codePointAt(0)?.toString(16)}`);
  });

  test('long white space is no trap', () => {
    for (const end of ['\n', '\u001c', '\u0085', '\0', '\u3164']) {
      const text = `${end.repeat(50_000)}${' '.repeat(50_000)}${'###'.repeat(20_000)}`;
      assert.equal(guard(text), text);
    }
  });

  test('guarding twice is guarding once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('USER:', 'user', ':', '\n', ' ', '#', '### Instruction:', '\u200b', 'x'), { maxLength: 20 }),
        (pieces) => {
          const once = guard(pieces.join(''));
          assert.equal(guard(once), once);
          assert.equal(once.replaceAll('\u200b', ''), pieces.join('').replaceAll('\u200b', ''));
        },
      ),
    );
  });
});
