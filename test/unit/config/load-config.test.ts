import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { PaddockError } from '../../../src/core/error.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-config-'));
after(() => rmSync(temporary, { recursive: true }));

/** A bot's folder with that configuration, or without one. */
const rootWith = (yaml?: string): string => {
  const root = mkdtempSync(join(temporary, 'root-'));
  mkdirSync(join(root, 'config'));
  if (yaml !== undefined) writeFileSync(join(root, 'config', 'paddock.yaml'), yaml);
  return root;
};

const load = (yaml: string | undefined, env: Readonly<Record<string, string>> = {}) => loadConfig({ root: rootWith(yaml), env });

/** The lines of the message with which loading fails. */
const mistakesOf = (action: () => unknown): readonly string[] => {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid');
    return error.message.split('\n');
  }
  assert.fail('nothing was wrong');
};

describe('loadConfig', () => {
  it('takes the defaults for what the file leaves out, and for a file that is not there', () => {
    const { folders, memory, ...rest } = load(undefined);
    for (const yaml of ['', '# nothing\n', 'engine:\nsampling:\n  dry:\n']) {
      const { folders: _, memory: __, ...other } = load(yaml);
      assert.deepEqual(other, rest);
    }
    assert.equal(rest.engine.contextTokens, 4096);
    assert.equal(rest.persona, 'helper');
    assert.equal(folders.models, join(folders.data, 'models'));
    assert.equal(memory.store, `sqlite://${join(folders.data, 'paddock.db')}`);
  });

  it('reports a file that was asked for and is not there', () => {
    const root = rootWith();
    assert.deepEqual(
      mistakesOf(() => loadConfig({ root, env: {}, file: 'other.yaml' })),
      ['other.yaml  there is no such file'],
    );
  });

  it('reports all mistakes of file and environment at once, with their places', () => {
    const yaml = `persona: Helper
engine:
  slots: two
  gpu_layers: 3
  contextTokens: 256
  threads: "4"
slots: 3
memory:
  store: redis
discord:
  apiUrl: ftp://x
answer:
  stopStrings: [a, 3]
  reasoning: maybe
log: quiet
`;
    assert.deepEqual(
      mistakesOf(() => load(yaml, { PADDOCK_LOG_LEVEL: 'loud' })),
      [
        'config/paddock.yaml:1:1  persona: expected the name of a file in personas/, in lower case and without its extension, got "Helper"',
        'config/paddock.yaml:3:3  engine.slots: expected `auto` or a whole number from 1 to 64, got "two"',
        'config/paddock.yaml:4:3  engine.gpu_layers: is not known; did you mean gpuLayers?',
        'config/paddock.yaml:6:3  engine.threads: expected `auto` or a whole number of at least 1, got "4"',
        'config/paddock.yaml:7:1  slots: is not known here; did you mean engine.slots?',
        'config/paddock.yaml:9:3  memory.store: expected `sqlite`, sqlite:// with the path of a file, or memory://, got "redis"',
        'config/paddock.yaml:11:3  discord.apiUrl: expected a URL that begins with http:// or https://, got "ftp://x"',
        'config/paddock.yaml:12:1  answer.tokensMax: must be less than engine.contextTokens, or nothing is left for the prompt',
        'config/paddock.yaml:13:20  answer.stopStrings[1]: expected a text of 1 to 200 characters, got 3',
        'config/paddock.yaml:14:3  answer.reasoning: expected `hide`, `spoiler` or `show`, got "maybe"',
        'config/paddock.yaml:15:1  log: expected a group of indented settings, got "quiet"',
        'environment  PADDOCK_LOG_LEVEL: expected `debug`, `info`, `warn`, `error` or `silent`, got "loud"',
      ],
    );
  });

  it('reports errors of syntax with their line, and a file that is no settings at all', () => {
    assert.match(
      mistakesOf(() => load('engine:\n  slots: [1\nqueue: 2\n'))[0] ?? '',
      /^config\/paddock\.yaml:3:1 {2}is not valid YAML/,
    );
    assert.deepEqual(
      mistakesOf(() => load('- a\n- b\n')),
      ['config/paddock.yaml:1:1  expected a group of indented settings, got a list'],
    );
  });

  it('names the right place for a secret, and never repeats one', () => {
    const lines = mistakesOf(() => load('discord:\n  token: MTIz.very.secret\n  apiUrl: "http//user:hidden@x"\n'));
    assert.match(lines[0] ?? '', /discord\.token: does not belong here: write DISCORD_TOKEN=… into the file \.env/);
    assert.doesNotMatch(lines.join('\n'), /secret|hidden/);
  });

  it('lets the environment override the file, and takes empty variables for absent', () => {
    const yaml = 'data: here\nengine: {model: a.gguf}\nlog: {level: warn}\ndiscord: {apiUrl: "http://one"}\n';
    const root = rootWith(yaml);
    const env = {
      PADDOCK_DATA: 'there',
      PADDOCK_MODEL: '/models/b.gguf',
      PADDOCK_LOG_LEVEL: 'debug',
      DISCORD_API_URL: 'http://two',
      DISCORD_TOKEN: ' secret \n',
    };
    const config = loadConfig({ root, env });
    assert.equal(config.folders.data, join(root, 'there'));
    assert.equal(config.engine.model, '/models/b.gguf');
    assert.equal(config.log.level, 'debug');
    assert.equal(config.discord.apiUrl, 'http://two');
    assert.equal(config.discord.token, 'secret');
    assert.equal(config.memory.store, `sqlite://${join(root, 'there', 'paddock.db')}`);

    const empty = loadConfig({ root, env: { PADDOCK_DATA: '', PADDOCK_MODEL: ' ', DISCORD_TOKEN: '', DISCORD_API_URL: '' } });
    assert.equal(empty.folders.data, join(root, 'here'));
    assert.equal(empty.engine.model, join(root, 'here', 'models', 'a.gguf'));
    assert.equal(empty.discord.apiUrl, 'http://one');
    assert.equal('token' in empty.discord, false);
  });

  it('finds a model by its bare name in the models folder or the bot folder, and by a path', () => {
    const root = rootWith();
    mkdirSync(join(root, 'data', 'models'), { recursive: true });
    writeFileSync(join(root, 'data', 'models', 'both.gguf'), '');
    writeFileSync(join(root, 'both.gguf'), '');
    writeFileSync(join(root, 'beside.gguf'), '');
    const modelOf = (name: string) => loadConfig({ root, env: { PADDOCK_MODEL: name, HOME: '/home/someone' } }).engine.model;
    assert.equal(modelOf('both.gguf'), join(root, 'data', 'models', 'both.gguf'));
    assert.equal(modelOf('beside.gguf'), join(root, 'beside.gguf'));
    assert.equal(modelOf('nowhere.gguf'), join(root, 'data', 'models', 'nowhere.gguf'));
    assert.equal(modelOf('./some/x.gguf'), join(root, 'some', 'x.gguf'));
    assert.equal(modelOf('~/x.gguf'), join('/home/someone', 'x.gguf'));
    assert.equal(modelOf('auto'), 'auto');
  });

  it('gives the engine only the sampling that is on', () => {
    assert.deepEqual(Object.keys(load('').sampling).sort(), [
      'frequencyPenalty',
      'minP',
      'presencePenalty',
      'repeatPenalty',
      'repeatWindow',
      'temperature',
      'topK',
      'topP',
    ]);
    const { dry, xtc, seed } = load('sampling: {seed: 0, dry: {strength: 0.8}, xtc: {probability: 0.5}}').sampling;
    assert.deepEqual(dry, { strength: 0.8, base: 1.75, allowedLength: 2 });
    assert.deepEqual(xtc, { probability: 0.5, threshold: 0.1 });
    assert.equal(seed, 0);
    assert.equal(load('sampling: {dry: {strength: 1, window: 128}}').sampling.dry?.window, 128);
  });

  it('gives a configuration that nobody can change', () => {
    const config = load('');
    assert.throws(() => Reflect.defineProperty(config.engine, 'slots', { value: 9 }) || assert.fail('refused'), /refused/);
    assert.ok(Object.isFrozen(config.answer.stopStrings) && Object.isFrozen(config));
  });
});
