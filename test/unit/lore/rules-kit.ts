// How rules of lorebooks are tested: entries, what was said, and who is active then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lorebook } from '../../../src/core/lorebook.ts';
import type { ScanInput } from '../../../src/lore/index.ts';
import { activeIds, bookOf, scanLines, type TestEntry } from './books.ts';

/** One rule: the entries, what was said (oldest first), and who is active (ids in the order of claims). */
export type Rule = {
  readonly rule: string;
  readonly entries: readonly TestEntry[];
  readonly says: readonly string[];
  readonly active: readonly string[];
  readonly book?: Partial<Lorebook>;
  readonly input?: Partial<ScanInput>;
};

/** An entry that the moon activates. */
export const moon = (fields: TestEntry = {}): TestEntry => ({ keys: ['moon'], ...fields });

/** A test for each rule, and one for their number, so that none goes unseen. */
export const testRules = (rules: readonly Rule[], countMin: number): void => {
  test(`there are at least ${countMin} cases`, () => assert.ok(rules.length >= countMin, `${rules.length} cases`));
  for (const { rule, entries, says, active, book, input } of rules) {
    test(rule, async () => {
      const activation = await scanLines(bookOf(entries, book), says, input);
      assert.deepEqual(
        activeIds(activation),
        active,
        JSON.stringify(activation.skipped.map(({ entry, reason }) => [entry.id, reason])),
      );
      assert.equal(activation.activated.length + activation.skipped.length, entries.length, 'every entry is accounted for');
    });
  }
};
