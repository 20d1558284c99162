// What lore keeps in the store: timed effects, attachments, and to whom books belong.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { createLoreAttachments, createLorePersonalData, createLoreStates } from '../../../src/lore/index.ts';
import { createValueStore } from '../../fakes/value-store.ts';
import { lorebooksWith } from '../commands/lore-kit.ts';
import { files, question, temporary, textsOf } from './service-kit.ts';

describe('timed effects', () => {
  const setUp = async () => {
    const made = await lorebooksWith(temporary, files);
    await made.attachments.attach({ kind: 'conversation', id: 'discord:30' }, 'storm');
    const ask = (said: string, messageCount: number) => made.service.prepare(question([said], { messageCount }));
    return { ...made, ask };
  };

  it('begin with an answer that is kept, last over a restart, and end', async () => {
    const { ask, store } = await setUp();
    await ask('a storm', 1);
    assert.deepEqual(textsOf(await ask('calm', 2)), [], 'the answer was not kept');
    await (await ask('a storm', 3)).keep();
    assert.ok(store.values.has('lore:state:discord:30'));
    const again = await lorebooksWith(temporary, files);
    for (const [key, value] of store.values) again.store.values.set(key, value);
    const told = async (messageCount: number) => {
      const lore = await again.service.prepare(question(['calm'], { messageCount }));
      await lore.keep();
      return textsOf(lore);
    };
    assert.deepEqual([await told(4), await told(5), await told(6)], [['It blows.'], ['It blows.'], []]);
    await told(6 + bounds.loreScan.pastMessagesMax);
    assert.equal(again.store.values.has('lore:state:discord:30'), false, 'nothing is kept of what was over long ago');
  });

  it('are written only where they changed', async () => {
    const { ask, store } = await setUp();
    await (await ask('a storm', 3)).keep();
    const { set } = store.calls;
    await (await ask('calm', 4)).keep();
    await (await ask('calm', 5)).keep();
    assert.equal(store.calls.set, set);
  });

  it('are forgotten, also those of an answer that was being made', async () => {
    const { ask, service, store, attachments } = await setUp();
    const late = await ask('a storm', 3);
    await (await ask('a storm', 3)).keep();
    await service.forget('discord:30');
    await late.keep();
    assert.equal(store.values.has('lore:state:discord:30'), false);
    assert.deepEqual(await attachments.at({ kind: 'conversation', id: 'discord:30' }), ['storm'], 'the book stays');
    await (await ask('a storm', 3)).keep();
    assert.equal(store.values.has('lore:state:discord:30'), true);
    await service.forget('discord:30', { isWhole: true });
    assert.deepEqual([...store.values.keys()], []);
    assert.deepEqual(textsOf(await ask('a storm', 4)), []);
  });

  it('go with a branch', async () => {
    const { ask, service } = await setUp();
    await (await ask('a storm', 3)).keep();
    await service.copy('discord:30', 'discord:31', { messages: 4 });
    const there = { conversation: 'discord:31', messageCount: 4 };
    assert.deepEqual(textsOf(await service.prepare(question(['calm'], there))), ['It blows.']);
  });
});

describe('attachments', () => {
  it('are changed one after the other, and kept', async () => {
    const store = createValueStore();
    const attachments = createLoreAttachments({ store });
    const at = { kind: 'server', id: '1' } as const;
    assert.deepEqual(await Promise.all(['a', 'b', 'a', 'c'].map((id) => attachments.attach(at, id))), [true, true, false, true]);
    assert.deepEqual(await Promise.all([attachments.detach(at, 'b'), attachments.detach(at, 'x')]), [true, false]);
    assert.deepEqual(await createLoreAttachments({ store }).at(at), ['a', 'c']);
    await attachments.detach(at, 'a');
    await attachments.detach(at, 'c');
    assert.equal(store.values.size, 0);
  });

  it('have a bound in each place, and in memory', async () => {
    const store = createValueStore();
    const attachments = createLoreAttachments({ store });
    for (let index = 0; index < bounds.loreLibrary.attachedMax; index += 1)
      await attachments.attach({ kind: 'everywhere' }, `b${index}`);
    await assert.rejects(attachments.attach({ kind: 'everywhere' }, 'more'), { code: 'bad-input', userText: /at most 20/ });
    const at = (index: number) => attachments.at({ kind: 'conversation', id: `c:${index}` });
    for (let index = 0; index < bounds.loreLibrary.placesMax; index += 1) await at(index);
    const { get } = store.calls;
    await at(bounds.loreLibrary.placesMax - 1);
    assert.equal(store.calls.get, get);
    await at(bounds.loreLibrary.placesMax);
    await at(0);
    assert.equal(store.calls.get, get + 2, 'the one used longest ago is read again');
  });

  it('pass over what can be no book, and never take a failing store for an empty one', async () => {
    const store = createValueStore();
    store.values.set('lore:attached:everywhere', ['a', 7, '../x', null, 'b']);
    assert.deepEqual(await createLoreAttachments({ store }).at({ kind: 'everywhere' }), ['a', 'b']);
    let fails = true;
    const shaky = { ...store, get: async (key: string) => (fails ? Promise.reject(new Error('disk')) : store.get(key)) };
    const attachments = createLoreAttachments({ store: shaky });
    await assert.rejects(attachments.for({ conversation: 'c:1' }), { code: 'store-failed', isRetryable: true });
    await assert.rejects(attachments.attach({ kind: 'everywhere' }, 'c'), { code: 'store-failed' });
    await assert.rejects(createLoreStates({ store: shaky }).open('c:1'), { code: 'store-failed' });
    fails = false;
    assert.deepEqual(await attachments.at({ kind: 'everywhere' }), ['a', 'b'], 'asked for again');
  });
});

describe('what is kept of a person', () => {
  it('are the lorebooks they brought, which can be deleted for good', async () => {
    const { catalogue, owners, importedFolder, store } = await lorebooksWith(temporary, files);
    const data = createLorePersonalData({ catalogue, owners });
    assert.equal(await data.export('discord:7'), undefined);
    const bytes = new TextEncoder().encode(files['sea.yaml']);
    for (const [id, owner] of [
      ['mine', 'discord:7'],
      ['gone', 'discord:7'],
      ['theirs', 'discord:8'],
    ] as const) {
      await catalogue.add(bytes, { id });
      await owners.set(id, owner);
    }
    await catalogue.replace('mine', bytes);
    await catalogue.remove('gone');
    assert.deepEqual(await data.export('discord:7'), [
      { id: 'mine', name: 'The Sea' },
      { id: 'gone', name: 'gone' },
    ]);
    await data.delete('discord:7');
    assert.deepEqual(readdirSync(importedFolder).sort(), ['.removed', 'theirs.yaml']);
    assert.deepEqual(readdirSync(join(importedFolder, '.removed')), []);
    assert.deepEqual(store.values.get('lore:owners'), { theirs: 'discord:8' });
    assert.equal(await catalogue.get('mine'), undefined);
    assert.deepEqual(
      catalogue.list().map(({ id }) => id),
      ['pass', 'sea', 'storm', 'theirs'],
    );
  });
});
