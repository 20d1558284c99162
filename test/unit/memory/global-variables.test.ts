// Global variables: whom they reach, and their bounds.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { createGlobalVariables } from '../../../src/memory/global-variables.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const here = { conversation: 'test:a', serverId: '1' };
const direct = { conversation: 'test:direct' };

describe('global variables', () => {
  it('are those of a server, or of one conversation outside of servers, and last', async () => {
    const store = createValueStore();
    const variables = createGlobalVariables(store);
    await variables.set(here, { a: '1' });
    await variables.set({ ...here, conversation: 'test:b' }, { b: '2' });
    await variables.set(direct, { a: 'mine' });
    for (const each of [variables, createGlobalVariables(store)]) {
      assert.deepEqual(await each.of(here), { a: '1', b: '2' });
      assert.deepEqual(await each.of({ conversation: 'test:a', serverId: '2' }), {});
      assert.deepEqual(await each.of({ conversation: 'test:a' }), {});
      assert.deepEqual(await each.of(direct), { a: 'mine' });
    }
    await variables.forget('test:a');
    await variables.forget(direct.conversation);
    assert.deepEqual(await variables.of(here), { a: '1', b: '2' }, 'a channel of a server is not the server');
    assert.deepEqual(await variables.of(direct), {});
    await variables.set(here, { a: '', b: '' });
    assert.deepEqual([...store.values], [], 'nothing is left of what was emptied');
  });

  it('have bounds: what goes beyond them is not kept, and what is there stays', async () => {
    const { variablesMax, globalCharactersMax } = bounds.macros;
    const variables = createGlobalVariables(createValueStore());
    await variables.set(here, Object.fromEntries(Array.from({ length: variablesMax + 9 }, (_, index) => [`v${index}`, 'x'])));
    assert.equal(Object.keys(await variables.of(here)).length, variablesMax);
    await variables.set(here, { v0: 'y'.repeat(globalCharactersMax), v1: 'z' });
    const kept = await variables.of(here);
    assert.deepEqual([kept.v0, kept.v1], ['x', 'z']);
  });

  it('are never taken for none where the store fails or holds something else', async () => {
    const store = createValueStore({ 'variables:test:direct': ['no'] });
    const variables = createGlobalVariables(store);
    await assert.rejects(variables.of(direct), PaddockError);
    store.state.isBroken = true;
    await assert.rejects(variables.of(here), PaddockError);
    await assert.rejects(variables.set(here, { a: '1' }), PaddockError);
  });
});
