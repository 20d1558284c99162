// A cascade over a configuration and presets.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { loadPresets } from '../../../src/config/load-presets.ts';
import { createSettingsCascade } from '../../../src/config/settings-cascade.ts';
import { PaddockError } from '../../../src/core/error.ts';

export const temporary = mkdtempSync(join(tmpdir(), 'paddock-cascade-'));
after(() => rmSync(temporary, { recursive: true }));

const presetFiles = {
  'big.yaml':
    'name: Big\nmatch: ["*big*"]\ntemplate: zephyr\ncontextTokens: 32768\nsampling: {temperature: 0.7, topK: 50, dry: {strength: 0.8}}\nanswer: {tokensMax: 256, stopStrings: [USER]}\n',
  'bot.yaml': 'name: Bot\ntemplate: alpaca\nsampling: {temperature: 0.35}\nlayout: {instruction: "{question}"}\n',
};
export const load = (yaml: string) => {
  const root = mkdtempSync(join(temporary, 'root-'));
  mkdirSync(join(root, 'config', 'models'), { recursive: true });
  writeFileSync(join(root, 'config', 'paddock.yaml'), yaml);
  for (const [name, text] of Object.entries(presetFiles)) writeFileSync(join(root, 'config', 'models', name), text);
  const config = loadConfig({ root, env: {} });
  const presets = loadPresets(config.folders.presets, root);
  return { root, config, presets, cascade: createSettingsCascade(config, presets) };
};
export const mistakesOf = (action: () => unknown): readonly string[] => {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid', String(error));
    return error.message.split('\n');
  }
  assert.fail('nothing was wrong');
};

export const big = { name: 'The BIG one' };
export const other = { name: 'other' };
export const thread = { serverId: '1', channelIds: ['13', '12', '11'] };
