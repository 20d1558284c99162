import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { readEnvironment } from '../../../src/config/environment.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-environment-'));
after(() => rmSync(temporary, { recursive: true }));
const rootWith = (env?: string): string => {
  const root = mkdtempSync(join(temporary, 'root-'));
  if (env !== undefined) writeFileSync(join(root, '.env'), env);
  return root;
};

describe('readEnvironment', () => {
  it('adds what .env says, without overriding the process, not even its empty variables', () => {
    const root = rootWith('\ufeff# secrets\r\nDISCORD_TOKEN="abc=#1"\r\nexport A=1\nB=2\nC=3\n');
    assert.deepEqual(readEnvironment(root, { A: 'own', B: '' }), { DISCORD_TOKEN: 'abc=#1', A: 'own', B: '', C: '3' });
  });

  it('does without .env', () => {
    assert.deepEqual(readEnvironment(rootWith(), { A: 'own' }), { A: 'own' });
  });

  it('writes nothing and leaves the process as it is', () => {
    const write = mock.method(process.stdout, 'write', () => true);
    try {
      readEnvironment(rootWith('PADDOCK_TEST_ONLY=1\n'), {});
    } finally {
      write.mock.restore();
    }
    assert.equal(write.mock.callCount(), 0);
    assert.equal(process.env.PADDOCK_TEST_ONLY, undefined);
  });

  it('reports a .env that cannot be read instead of doing without the token in it', () => {
    const root = rootWith();
    mkdirSync(join(root, '.env'));
    assert.throws(() => readEnvironment(root, {}), { code: 'configuration-invalid', message: '.env  is not a file' });
  });
});
