// Folders of persona files, and what is wrong with them.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';

export const temporary = mkdtempSync(join(tmpdir(), 'paddock-persona-'));
after(() => rmSync(temporary, { recursive: true }));

export const folderWith = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const folder = mkdtempSync(join(temporary, 'personas-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

export const mistakesOf = (folder: string, defaultId = 'a'): readonly string[] => {
  try {
    loadPersonas(folder, { defaultId });
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid');
    return error.message.split('\n');
  }
  assert.fail('nothing was wrong');
};

export const one = (name: string, text: string) => {
  const { default: persona } = loadPersonas(folderWith({ [name]: text }), { defaultId: name.replace(/[./].*/, '') });
  return persona;
};
