// A catalogue over folders of its own, and cards for it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { ErrorCode } from '../../../src/core/error.ts';
import { createPersonaCatalogue } from '../../../src/persona/catalogue.ts';
import { bytesOf } from './card-kit.ts';

export const temporary = mkdtempSync(join(tmpdir(), 'paddock-catalogue-'));
after(() => rmSync(temporary, { recursive: true }));

export const setUp = async (files: Readonly<Record<string, string>> = { 'helper.yaml': 'name: Helper\ngreeting: Hi.' }) => {
  const root = mkdtempSync(join(temporary, 'bot-'));
  const folder = join(root, 'personas');
  const importedFolder = join(root, 'data', 'personas');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let time = 1000;
  const open = (defaultId = 'helper') => createPersonaCatalogue({ folder, importedFolder, defaultId, now: () => (time += 1) });
  const stored = (): readonly string[] => (existsSync(importedFolder) ? readdirSync(importedFolder).sort() : []);
  return { folder, importedFolder, open, stored, catalogue: await open() };
};

export const card = (name: string, greeting = 'Hm.') => bytesOf({ name, first_mes: greeting });
export const ids = (catalogue: { list(): readonly { readonly id: string }[] }): readonly string[] =>
  catalogue.list().map(({ id }) => id);
export const fails = async (work: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> =>
  await assert.rejects(work, { code, userText: text });
