import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTextFile } from '../../../src/text/read-text-file.ts';

describe('readTextFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-text-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('reads UTF-8, with or without a byte-order mark', () => {
    assert.deepEqual(readTextFile(file('plain', 'größe: 1')), { text: 'größe: 1' });
    assert.deepEqual(readTextFile(file('marked', '\ufeffa: 1')), { text: 'a: 1' });
    assert.deepEqual(readTextFile(file('empty', '')), { text: '' });
  });

  it('says what is wrong with anything else', () => {
    assert.deepEqual(readTextFile(join(folder, 'none')), { problem: 'there is no such file', isMissing: true });
    assert.deepEqual(readTextFile(folder), { problem: 'is not a file', isMissing: false });
    const wide = readTextFile(file('wide', Buffer.from('\ufeffa: 1', 'utf16le')));
    assert.deepEqual(wide, { problem: 'is not UTF-8 text: save it as UTF-8', isMissing: false });
    const huge = file('huge', '');
    truncateSync(huge, 1_000_001);
    assert.deepEqual(readTextFile(huge), { problem: 'is larger than 1000000 bytes', isMissing: false });
  });
});
