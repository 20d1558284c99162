import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Token } from 'node-llama-cpp';
import { createTokenCache } from '../../../src/engine/llama/child/token-cache.ts';

describe('the tokens of texts', () => {
  /** A cache for four texts of 25 characters, and what it had to tokenise. */
  const bench = () => {
    const tokenised: string[] = [];
    const cache = createTokenCache(500);
    const tokensOf = (text: string) =>
      cache.tokensOf(text, (asked) => {
        tokenised.push(asked);
        return [asked.length as Token];
      });
    return { tokenised, tokensOf };
  };

  it('are made once while they are in use', () => {
    const { tokenised, tokensOf } = bench();
    for (let round = 0; round < 3; round += 1)
      for (const text of ['one', 'two', '']) assert.deepEqual(tokensOf(text), [text.length]);
    assert.deepEqual(tokenised, ['one', 'two', '']);
  });

  it('are held for a bounded number of characters, those used last', () => {
    const { tokenised, tokensOf } = bench();
    const [a = '', b = '', c = '', d = '', e = ''] = [...'abcde'].map((letter) => letter.repeat(25));
    for (const text of [a, b, c, d, a, e]) tokensOf(text);
    assert.deepEqual(tokenised, [a, b, c, d, e]);
    for (const text of [a, c, d, e]) tokensOf(text);
    assert.equal(tokenised.length, 5);
    tokensOf(b);
    assert.deepEqual(tokenised.slice(5), [b], 'used longest ago when there was no room');
  });

  it('are held for no more texts where these are short', () => {
    const { tokenised, tokensOf } = bench();
    for (let round = 0; round < 2; round += 1) for (let text = 0; text < 50; text += 1) tokensOf(`${text}`);
    assert.equal(tokenised.length, 100, 'an entry takes room of its own');
  });

  it('of a text that would take much of the room are made each time, and nothing leaves for them', () => {
    const { tokenised, tokensOf } = bench();
    tokensOf('short');
    const long = 'x'.repeat(126);
    for (const text of [long, long, 'short']) tokensOf(text);
    assert.deepEqual(tokenised, ['short', long, long]);
  });
});
