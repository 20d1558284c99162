// Against a tokenizer whose tokens are arbitrary pieces of UTF-8, as byte-level BPE has them; the
// real one's byte tokens are in test/model/stops.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LlamaModel, Token } from 'node-llama-cpp';
import { createTextDecoder } from '../../../src/engine/llama/child/text-decoder.ts';

type Piece = { readonly bytes: Uint8Array } | { readonly control: string };

/** A model of which only the tokens' bytes exist: token n is the n-th piece. */
const modelOf = (pieces: readonly Piece[]): Pick<LlamaModel, 'detokenize' | 'getTokenAttributes'> => {
  const textOf = (tokens: readonly Token[], isSpecial: boolean): string =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      Buffer.concat(
        tokens.map((token) => {
          const piece = pieces[token];
          if (piece === undefined) return Buffer.alloc(0);
          return 'bytes' in piece ? piece.bytes : Buffer.from(isSpecial ? piece.control : '');
        }),
      ),
    );
  return {
    detokenize: (tokens, isSpecial = false, last = []) => {
      const before = textOf(last.slice(-4), isSpecial);
      const all = textOf([...last.slice(-4), ...tokens], isSpecial);
      return before !== '' && all.startsWith(before) ? all.slice(before.length) : textOf(tokens, isSpecial);
    },
    getTokenAttributes: (token) => {
      const piece = pieces[token ?? 0];
      return { control: piece !== undefined && 'control' in piece } as unknown as ReturnType<LlamaModel['getTokenAttributes']>;
    },
  };
};

const decodeAll = (pieces: readonly Piece[]): readonly string[] => {
  const decoder = createTextDecoder(modelOf(pieces), []);
  return pieces.map((_, token) => decoder.push(token as Token));
};
const bytesOf = (...bytes: number[]): Piece => ({ bytes: Uint8Array.from(bytes) });

test('a character in pieces is shown once it is whole', () => {
  assert.deepEqual(decodeAll([bytesOf(0xf0), bytesOf(0x9f), bytesOf(0x8e), bytesOf(0x89)]), ['', '', '', '🎉']);
  assert.deepEqual(decodeAll([bytesOf(0x20, 0xf0, 0x9f), bytesOf(0x8e, 0x89, 0x21)]), [' ', '🎉!']);
});

test('an invalid byte does not break the character after it', () => {
  // Four pieces, of which the last begins an emoji: it must be waited for.
  const pieces = [bytesOf(0x80), bytesOf(0x80), bytesOf(0x80), bytesOf(0xf0), bytesOf(0x9f), bytesOf(0x8e), bytesOf(0x89)];
  assert.equal(decodeAll(pieces).join(''), '\ufffd\ufffd\ufffd🎉');
  assert.equal(decodeAll([bytesOf(0xf0), bytesOf(0x9f), bytesOf(0x41)]).join(''), '\ufffdA');
});

test('control tokens have no text, but those around thoughts do', () => {
  const control = (text: string): Piece => ({ control: text });
  assert.deepEqual(
    decodeAll([
      bytesOf(0x41),
      control('<|im_start|>'),
      bytesOf(0x42),
      control('[THINK]'),
      bytesOf(0x43),
      control('<|END_THINKING|>'),
    ]),
    ['A', '', 'B', '[THINK]', 'C', '<|END_THINKING|>'],
  );
  assert.deepEqual(decodeAll([control('<|channel|>'), control('<|eot_id|>'), control('</s>'), control('<|start_header_id|>')]), [
    '<|channel|>',
    '',
    '',
    '',
  ]);
  assert.equal(decodeAll([bytesOf(0xf0), control('[/THINK]'), bytesOf(0x41)]).join(''), '\ufffd[/THINK]A');
});

/** Texts with characters of every length, emoji made of several, and bytes that are no text at all. */
const bytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom('é', 'ß', '漢字', '👩‍👩‍👧‍👦', '🇩🇪', '👍🏽', 'e\u0301', '\ufffd', 'क्ष', ' ', 'word')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 5 }).map((raw) => Buffer.from(raw)),
      fc.constantFrom(0xf0, 0xe2, 0xc3, 0x80, 0x9f, 0xff).map((byte) => Buffer.of(byte)),
    ),
    { maxLength: 20 },
  )
  .map((parts) => Buffer.concat(parts));

test('any bytes, however cut into tokens, become the text that they are, and nothing shown is ever half a character', () => {
  fc.assert(
    fc.property(bytes, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (all, lengths) => {
      const pieces: Piece[] = [];
      for (let at = 0; at < all.length; ) {
        const length = lengths.next().value ?? 1;
        pieces.push({ bytes: all.subarray(at, at + length) });
        at += length;
      }
      const deltas = decodeAll(pieces);
      const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
      const shown = deltas.join('');
      // What may still become a character at the very end is not shown.
      assert.ok(shown === expected || `${shown}\ufffd` === expected, `${JSON.stringify(shown)} for ${JSON.stringify(expected)}`);
      let length = 0;
      for (const delta of deltas) {
        length += delta.length;
        assert.ok(delta.isWellFormed());
        assert.ok(expected.startsWith(shown.slice(0, length)));
      }
    }),
    { numRuns: 5000 },
  );
});
