// The official suite for Keyv's stores, run on ours. It expects Vitest, of which it needs little.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { expect } from 'expect';
import Keyv from 'keyv';
import { createSqliteAdapter } from '../../src/store/sqlite-adapter.ts';
import { connectSqlite } from '../../src/store/sqlite-connection.ts';

type SuiteTest = (context: { readonly expect: typeof expect }) => void | Promise<void>;

/** As much of Vitest as the suite uses; `expect.assertions(n)` is held to. */
const vitest = {
  it: (name: string, run: SuiteTest) =>
    it(name, async () => {
      expect.setState({ assertionCalls: 0, expectedAssertionsNumber: null, isExpectingAssertions: false });
      await run({ expect });
      for (const { error } of expect.extractExpectedAssertionsErrors()) throw error;
    }),
  beforeEach,
  afterEach,
  describe,
  expect,
};

const folder = mkdtempSync(join(tmpdir(), 'paddock-keyv-'));
const connection = connectSqlite(join(folder, 'suite.db'));
after(async () => {
  await connection.close();
  rmSync(folder, { recursive: true });
});

describe('the SQLite store, by the official suite of Keyv', () => {
  // An adapter each time, as the suite expects: Keyv keeps the namespace in it.
  const store = () => createSqliteAdapter(connection);
  describe('the API, values and namespaces', () => keyvTestSuite(vitest, Keyv, store));
  describe('the iterator', () => keyvIteratorTests(vitest, Keyv, store));
});
