import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createStopMatcher } from '../../../src/engine/llama/child/stop-matcher.ts';

/** All that is shown of a text that comes in pieces, and whether it was stopped. */
const shownOf = (stops: readonly string[], pieces: readonly string[]): { readonly text: string; readonly isStopped: boolean } => {
  const matcher = createStopMatcher(stops);
  let text = '';
  for (const piece of pieces) {
    const result = matcher.push(piece);
    text += result.text;
    if (result.isStopped) return { text, isStopped: true };
  }
  return { text: text + matcher.flush(), isStopped: false };
};

test('a stop string ends the text, wherever it is split, and takes what comes before it along', () => {
  assert.deepEqual(shownOf(['\nAda:'], ['Hello\nA', 'da', ': hi']), { text: 'Hello', isStopped: true });
  assert.deepEqual(shownOf(['\nAda:'], ['Hello\nAdam']), { text: 'Hello\nAdam', isStopped: false });
  assert.deepEqual(shownOf(['aab'], ['aaab']), { text: 'a', isStopped: true });
  assert.deepEqual(shownOf(['\n\nA:', '\nB:'], ['x\n\nB:']), { text: 'x\n', isStopped: true });
  assert.deepEqual(shownOf(['cd', 'abcdef'], ['abcdef']), { text: 'ab', isStopped: true }, 'the first that is complete');
  assert.deepEqual(shownOf(['cd', 'abcd'], ['abcd']), { text: '', isStopped: true }, 'the longest of those complete at once');
  assert.deepEqual(shownOf(['', '🎉'], ['a🎊', '🎉b']), { text: 'a🎊', isStopped: true });
  assert.deepEqual(shownOf([], ['a', 'b']), { text: 'ab', isStopped: false });
});

const short = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ':'), maxLength: 8 });

test('agrees with a search through the whole text, and never holds back more than it must', () => {
  fc.assert(
    fc.property(fc.array(short, { maxLength: 8 }), fc.array(short, { maxLength: 12 }), (stops, pieces) => {
      const text = pieces.join('');
      const ends = stops.filter((stop) => stop !== '' && text.includes(stop)).map((stop) => text.indexOf(stop) + stop.length);
      const end = Math.min(...ends);
      const longest = Math.max(
        0,
        ...stops.filter((stop) => stop !== '' && text.slice(0, end).endsWith(stop)).map((stop) => stop.length),
      );
      const expected = ends.length === 0 ? { text, isStopped: false } : { text: text.slice(0, end - longest), isStopped: true };
      assert.deepEqual(shownOf(stops, pieces), expected);

      const matcher = createStopMatcher(stops);
      let shown = '';
      let read = '';
      for (const piece of pieces) {
        const result = matcher.push(piece);
        if (result.isStopped) return;
        shown += result.text;
        read += piece;
        const isNeeded = (rest: string): boolean => stops.some((stop) => stop.length > rest.length && stop.startsWith(rest));
        const needed = Array.from(read, (_, at) => read.slice(at)).find(isNeeded) ?? '';
        assert.equal(read.slice(shown.length), needed);
      }
    }),
    { numRuns: 3000 },
  );
});
