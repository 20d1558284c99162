// Kept states as files: nothing half, nothing foreign, nothing forgotten comes back.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openStateStore, type StateStore } from '../../../src/engine/llama/child/state-store.ts';
import { removeStateFiles } from '../../../src/engine/llama/state-files.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'paddock-states-'));
  folder = join(root, 'states');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const failures: unknown[] = [];
const open = (options: { readonly bytesMax?: number; readonly identity?: string } = {}): Promise<StateStore> =>
  openStateStore({ folder, bytesMax: 1000, identity: 'one', onFailure: (error) => failures.push(error), ...options });

const tokens = (...values: number[]): Uint32Array => Uint32Array.from(values);
const save =
  (text: string) =>
  async (path: string): Promise<number> => {
    writeFileSync(path, text);
    return text.length;
  };
const kept = (store: StateStore): readonly string[] => [...store.all()].map((state) => state.tokens.join());
const files = (): readonly string[] => readdirSync(folder).filter((file) => file !== 'key');

describe('kept states', () => {
  it('are there after a restart, in the order of their use', async () => {
    const store = await open();
    for (const [name, token] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const)
      await store.write(name, tokens(token), save(name));
    await store.settled();
    const [first] = store.all();
    assert.ok(first && (await store.verify(first)));
    await new Promise((resolve) => setTimeout(resolve, 5)); // file times are in milliseconds at best
    await store.touch(first);
    assert.deepEqual(kept(store), ['2', '3', '1']);
    assert.equal(kept(await open()).at(-1), '1');
    assert.equal(readFileSync(first.path, 'utf8'), 'a');
    assert.deepEqual(failures, []);
  });

  it('are replaced by the newest of a conversation, however their writes overlap', async () => {
    const store = await open();
    await Promise.all([1, 2, 3].map((token) => store.write('a', tokens(token), save(`state ${token}`))));
    await store.settled();
    assert.deepEqual(kept(store), ['3']);
    assert.equal(files().length, 2);
    assert.deepEqual(kept(await open()), ['3']);
  });

  it('stay within the budget, those unused for longest removed', async () => {
    const store = await open({ bytesMax: 25 });
    for (let token = 1; token <= 5; token++) await store.write(`c${token}`, tokens(token), save('0123456789'));
    await store.settled();
    assert.deepEqual(kept(store), ['4', '5']);
    assert.equal(files().length, 4);
  });

  it('that are larger than the budget drive out no others', async () => {
    const store = await open({ bytesMax: 25 });
    for (const name of ['a', 'b']) await store.write(name, tokens(name.charCodeAt(0)), save('0123456789'));
    await store.settled();
    await store.write('a', tokens(1, 2), save('x'.repeat(26)));
    await store.settled();
    assert.deepEqual([kept(store), files().length], [['97', '98'], 4]);
  });

  it('are forgotten while they are written, before and after, and by a parent without a process', async () => {
    const store = await open();
    const writing = store.write('a', tokens(1), async (path) => {
      await store.forget('a');
      return await save('state')(path);
    });
    await writing;
    await store.settled();
    const publishing = store.write('b', tokens(2), save('state'));
    await publishing;
    await store.forget('b');
    assert.deepEqual([kept(store), files()], [[], []]);
    await store.write('c', tokens(3), save('state'));
    await store.write('d', tokens(4), save('state'));
    await store.settled();
    await removeStateFiles(folder, 'c');
    assert.equal(files().length, 2);
    assert.deepEqual(kept(await open()), ['4']);
    await removeStateFiles(join(root, 'nowhere'), 'c');
  });

  it('that are not whole are removed, at the start or when they are to be used', async () => {
    const store = await open();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await store.write(name, tokens(name.charCodeAt(0)), save(`state of ${name}`));
    await store.settled();
    const [a, b, c, d, e] = store.all();
    assert.ok(a && b && c && d && e);
    writeFileSync(a.path, 'state of x'); // as long as before
    assert.equal(await store.verify(a), false);
    truncateSync(b.path, 3);
    rmSync(c.path);
    symlinkSync(d.path, c.path);
    rmSync(d.path.replace('.state', '.head'));
    writeFileSync(join(folder, `${'0'.repeat(40)}.state`), 'of a former version');
    writeFileSync(join(folder, `${'0'.repeat(40)}-${'0'.repeat(16)}.7.new`), 'unfinished');
    assert.deepEqual(kept(await open()), ['101']);
    assert.equal(files().length, 2);
  });

  it('of another identity are never given out, and are there when that comes back', async () => {
    const store = await open();
    for (const [at, name] of ['a', 'b'].entries()) await store.write(name, tokens(at + 1), save('0123456789'));
    await store.settled();
    const other = await open({ identity: 'two' });
    assert.deepEqual([kept(other), other.stateOf('a'), files().length], [[], undefined, 4]);
    await other.write('a', tokens(3), save('0123456789'));
    await other.settled();
    assert.deepEqual([kept(other), kept(await open()).toSorted()], [['3'], ['1', '2']]);
    // They count for the budget as all others, and are forgotten with their conversation, by whomever.
    for (const [state, at] of [...(await open()).all()].map((state) => [state, state.tokens[0] ?? 0] as const))
      utimesSync(state.path.replace('.state', '.head'), at, at);
    const small = await open({ identity: 'two', bytesMax: 25 });
    assert.deepEqual([kept(small), kept(await open())], [['3'], ['2']]);
    await small.write('b', tokens(4), save('0123456789'));
    await small.settled();
    assert.deepEqual([kept(small), files().length], [['3', '4'], 4]);
    const first = await open();
    await first.write('a', tokens(1), save('state'));
    await first.settled();
    await first.forget('a');
    await removeStateFiles(folder, 'b');
    assert.deepEqual(files(), []);
  });

  it('are kept in no folder that may be somebody else’s', async () => {
    const target = join(root, 'precious');
    mkdirSync(target, { mode: 0o755 });
    for (const [name, change] of [
      ['notes.txt', undefined],
      ['key', undefined],
      ['key', 'folder'],
      [`${'0'.repeat(40)}.state`, 'folder'],
    ] as const) {
      const path = join(target, name);
      if (change === 'folder') mkdirSync(path);
      const file = change === 'folder' ? join(path, 'x') : path;
      writeFileSync(file, 'precious');
      folder = target;
      await assert.rejects(open(), (error: Error) => error.message.includes(path));
      assert.equal(readFileSync(file, 'utf8'), 'precious');
      rmSync(path, { recursive: true });
    }
    assert.equal(statSync(target).mode & 0o777, 0o755, 'nothing was changed');
    writeFileSync(join(target, `${'0'.repeat(40)}.state`), 'somebody else’s states');
    folder = join(root, 'linked');
    symlinkSync(target, folder);
    await assert.rejects(open(), /linked is a link/);
    assert.deepEqual(readdirSync(target), [`${'0'.repeat(40)}.state`]);
    folder = join(root, 'file');
    writeFileSync(folder, '');
    await assert.rejects(open());
    assert.ok(existsSync(folder));
  });

  it('under another key are removed', async () => {
    const other = await open({ identity: 'two' });
    await other.write('a', tokens(1), save('state'));
    await other.settled();
    const [name] = files();
    writeFileSync(join(folder, 'key'), 'short');
    // A state that can't be found by its conversation could not be forgotten.
    const rekeyed = await open({ identity: 'two' });
    assert.deepEqual([kept(rekeyed), files()], [[], []]);
    await rekeyed.write('a', tokens(1), save('state'));
    await rekeyed.settled();
    assert.notEqual(files()[0], name);
  });

  it('leave nothing behind when writing fails', async () => {
    const store = await open();
    await assert.rejects(
      store.write('a', tokens(1), () => Promise.reject(new Error('no space'))),
      /no space/,
    );
    await store.settled();
    assert.deepEqual([kept(store), files()], [[], []]);
  });
});
