import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadLibrary } from '../../../src/app/library.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('a missing folder of those that Paddock comes with is named in a sentence', async () => {
  const config = loadConfig({ env: {}, root });
  const without = (kind: 'templates' | 'personas') =>
    loadLibrary({ ...config, folders: { ...config.folders, [kind]: join(root, 'config', 'nowhere') } }, () => {});
  await assert.rejects(without('templates'), {
    name: 'PaddockError',
    code: 'configuration-invalid',
    message: /^The templates in .*nowhere can not be read: ENOENT.*put it back/,
  });
  await assert.rejects(without('personas'), { name: 'PaddockError', code: 'configuration-invalid', message: /no such folder/ });
});
