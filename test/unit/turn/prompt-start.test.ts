// What a prompt leaves out from now on is noted while the model writes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { respond } from '../../../src/turn/respond.ts';
import { conversation, createBench, createGate, createTestPort, messageOf } from './kit.ts';

describe('where the prompts begin from now on', () => {
  /** The history has just grown too long for the context; `configure` takes the place of memory's own. */
  const askOnceMore = async (configure: (real: () => Promise<void>) => Promise<void>) => {
    const bench = await createBench({ answers: ['Yes.'], model: { contextTokens: 400 } });
    const { memory, services, say } = bench;
    const port = createTestPort('last');
    const question = (number: number): string => `${'It is so, or is it not? '.repeat(6)}${number}`;
    await say(question(0));
    await say(question(1));
    const { promptStartId: before } = await memory.settings(conversation);
    const watched = {
      ...memory,
      configure: (key: string, change: Parameters<typeof memory.configure>[1]) => configure(() => memory.configure(key, change)),
    };
    const done = respond({ ...services, memory: watched }, messageOf(question(2), { id: 'q2' }), port);
    return { ...bench, port, before, done };
  };

  it('is noted while the model is asked', async () => {
    const gate = createGate();
    const { memory, port, before, done } = await askOnceMore(async (real) => {
      await gate.pass();
      await real();
    });
    await done;
    assert.deepEqual(port.finished, ['Yes.'], 'the answer is there, and the note is still to be made');
    assert.equal((await memory.settings(conversation)).promptStartId, before);
    gate.open();
    await new Promise((resolve) => setImmediate(resolve));
    assert.notEqual((await memory.settings(conversation)).promptStartId, before);
  });

  it('is no reason not to answer where it can not be noted', async () => {
    const { log, port, done } = await askOnceMore(() => Promise.reject(new Error('the disk is full')));
    await done;
    assert.deepEqual(port.finished, ['Yes.']);
    assert.deepEqual(
      log.filter(({ level }) => level !== 'info').map(({ text }) => text),
      ['where the prompt begins could not be noted'],
    );
  });
});
