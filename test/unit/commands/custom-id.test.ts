import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCall, encodeCall } from '../../../src/commands/custom-id.ts';

test('a call survives the way into an id and back, whatever its values hold', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 });
  const name = fc.stringMatching(/^[a-z_]{1,6}$/);
  const asker = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String);
  fc.assert(
    fc.property(
      name,
      fc.dictionary(name, text, { maxKeys: 3 }),
      fc.option(asker, { nil: undefined }),
      fc.option(name, { nil: undefined }),
      (call, values, askerId, option) => {
        const bound = { call, values: { ...values }, ...(askerId && { askerId }), ...(option && { option }) };
        let id: string;
        try {
          id = encodeCall(bound);
        } catch (error) {
          assert.match(String(error), /too long values/);
          return;
        }
        assert.ok(id.length <= 100);
        assert.deepEqual(decodeCall(id), bound);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a long persona id fits; what does not fit is refused when it is made', () => {
  const values = { name: 'x'.repeat(64) };
  assert.equal(encodeCall({ call: 'persona use', values, askerId: '1181234567890123456' }).length <= 100, true);
  assert.throws(() => encodeCall({ call: 'persona use', values: { name: 'x'.repeat(90) } }), /too long values: \d+ characters/);
});

test('what is no id of this version is nothing', () => {
  for (const id of [
    '',
    '1',
    '1~',
    '0~page~~',
    '2~page~~',
    'page',
    '1~page~UPPER~',
    '1~page~12345678901234567~',
    '1~page~~~novalue',
    '1~page~~~=x',
  ])
    assert.equal(decodeCall(id), undefined, id);
  assert.deepEqual(decodeCall('1~page~~'), { call: 'page', values: {} });
});

test('random ids never throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (id) => void decodeCall(id)),
    { numRuns: 2000 },
  );
});
