// The official suite for Keyv's stores, run on ours. It expects Vitest, of which it needs little.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import keyvTestSuite, { keyvApiTests, keyvIteratorTests, keyvValueTests } from '@keyv/test-suite';
import { expect } from 'expect';
import Keyv from 'keyv';
import { createSqliteAdapter } from '../../src/store/sqlite-adapter.ts';
import { connectSqlite } from '../../src/store/sqlite-connection.ts';
import { openStore } from '../../src/store/store.ts';

type SuiteTest = (context: { readonly expect: typeof expect }) => void | Promise<void>;

/** As much of Vitest as the suite uses; `expect.assertions(n)` is held to. What is not for us is skipped with its reason. */
const vitestWithout = (notForUs: Readonly<Record<string, string>> = {}) => ({
  it: (name: string, run: SuiteTest) =>
    it(name, { skip: notForUs[name] ?? false }, async () => {
      expect.setState({ assertionCalls: 0, expectedAssertionsNumber: null, isExpectingAssertions: false });
      await run({ expect });
      for (const { error } of expect.extractExpectedAssertionsErrors()) throw error;
    }),
  beforeEach,
  afterEach,
  describe,
  expect,
});

const folder = mkdtempSync(join(tmpdir(), 'paddock-keyv-'));
const connection = connectSqlite(join(folder, 'suite.db'));
const opened = {
  'sqlite://': await openStore('sqlite://opened.db', { directory: folder }),
  'memory://': await openStore('memory://'),
};
after(async () => {
  await connection.close();
  for (const keyv of Object.values(opened)) await keyv.disconnect();
  rmSync(folder, { recursive: true });
});

describe('the SQLite store, by the official suite of Keyv', () => {
  // An adapter each time, as the suite expects: Keyv keeps the namespace in it.
  const store = () => createSqliteAdapter(connection);
  const vitest = vitestWithout();
  describe('the API, values and namespaces', () => keyvTestSuite(vitest, Keyv, store));
  describe('the iterator', () => keyvIteratorTests(vitest, Keyv, store));
});

for (const [name, keyv] of Object.entries(opened)) {
  describe(`the Keyv that openStore makes for ${name}, by the official suite of Keyv`, () => {
    // Wherever the suite makes a Keyv it gets this one, with our envelope, namespace and errors.
    const ours = new Proxy(Keyv, { construct: () => keyv });
    const store = () => keyv.store;
    const notJson = 'our envelope is plain JSON';
    const vitest = vitestWithout({
      'value can be undefined': 'ours refuses it: see the envelope in test/unit/store',
      'value can be a buffer': notJson,
      'value can be an object containing a buffer': notJson,
      'value can be BigInt using other serializer/deserializer': 'ours has its own serialiser',
      "iterator() doesn't yield values from other namespaces": 'one store has one namespace: see test/unit/store',
    });
    describe('the API', () => keyvApiTests(vitest, ours, store));
    describe('values', () => keyvValueTests(vitest, ours, store));
    describe('the iterator', () => keyvIteratorTests(vitest, ours, store));
  });
}
