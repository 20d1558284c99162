// The program as people start it: a process of its own, with pipes.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promptText } from '../../src/core/prompt.ts';
import { demoText } from '../../src/engine/llama/gguf/demo-model.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { createProcesses, longAnswer, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
after(async () => {
  await processes.end();
  folder.remove();
});

const run = (input: string, ...words: string[]) => processes.run(input, words);

/** The log's lines about answers. */
const answersIn = (errors: string): readonly Record<string, unknown>[] =>
  errors
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => line.message === 'answered');

const fileOf = (name: string, text: string): string => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};

describe('npm start, with a pipe', () => {
  it('answers each line on standard output, nothing else there, ends with 0, and remembers', async () => {
    const data = join(folder.path, 'chat');
    const first = await run('hello\nwho are you?\n', 'start', '--data', data);
    assert.equal(first.out, `${demoText}\n${demoText}\n`);
    assert.equal(first.code, 0);
    const [cold, warm] = answersIn(first.errors);
    assert.equal(cold?.cachedTokens, 0);
    assert.equal(warm?.cachedTokens, cold?.promptTokens, 'all of the first prompt is taken from the slot');

    const second = await run('and now?\n/status\n', 'start', '--data', data);
    assert.match(second.out, /Messages remembered here: 6/);
    const [again] = answersIn(second.errors);
    assert.ok(Number(again?.promptTokens) > Number(warm?.promptTokens), 'the earlier turns stand in the prompt');
  });

  it('ends at once, and with 0, when there is no input', async () => {
    const { out, code } = await run('', '--data', join(folder.path, 'none'));
    assert.deepEqual([out, code], ['', 0]);
  });

  it('stays up without its model: the person gets a sentence, the log the cause and the setting', async () => {
    const { out, errors, code } = await run(
      'hello\n/status\n',
      '--data',
      join(folder.path, 'missing'),
      '--model',
      'nowhere.gguf',
    );
    assert.match(errors, /My language model could not be loaded/);
    assert.match(errors, /nowhere\.gguf.*engine\.model/);
    assert.match(out, /^Model: none loaded/);
    assert.equal(code, 0);
  });

  it('ends cleanly on SIGTERM and SIGINT in the middle of an answer, with what was said kept', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const data = join(folder.path, signal);
      const { child, output, ended, hears } = processes.start(['--data', data, ...longAnswer(folder.path)]);
      child.stdin.write('tell me everything\n');
      await hears(/model loaded/);
      await new Promise((resolve) => setTimeout(resolve, 700));
      child.kill(signal);
      const { code } = await ended;
      assert.equal(code, 0, output.errors);
      const turns = await turnsIn(data);
      assert.deepEqual(
        turns.map((turn) => turn.role),
        ['user', 'assistant'],
      );
      assert.ok((turns[1]?.alternatives[0]?.length ?? 0) > 20, 'what came of the answer is kept');
    }
  });
});

describe('mistakes in the set-up', () => {
  it('are told all at once, with file and line, and exit code 78', async () => {
    const config = fileOf('bad.yaml', 'engine:\n  slots: two\n  modle: x\npersona: helper\n');
    const { out, errors, code } = await run('hello\n', '--config', config, '--data', join(folder.path, 'bad'));
    assert.equal(code, 78);
    assert.equal(out, '');
    assert.match(errors, /bad\.yaml:2:\d+ +engine\.slots/);
    assert.match(errors, /bad\.yaml:3:\d+ +engine\.modle.*model/);
    assert.ok(!existsSync(join(folder.path, 'bad')), 'nothing is made before the set-up is right');
  });

  it('of the command line show the usage', async () => {
    for (const words of [['sing'], ['--loud'], ['start', 'now'], ['prompt']]) {
      const { errors, code } = await run('', ...words);
      assert.equal(code, 78, words.join(' '));
      assert.match(errors, words[0] === 'prompt' ? /--conversation FILE/ : /Usage: npm start/);
    }
  });

  it('name a persona or a template that is not there', async () => {
    const persona = await run('', '--persona', 'helpr', '--data', join(folder.path, 'p'));
    assert.match(persona.errors, /helpr.*helper/);
    assert.equal(persona.code, 78);
    const template = await run('', '--template', 'zephir', '--data', join(folder.path, 't'));
    assert.match(template.errors, /zephir/);
    assert.equal(template.code, 78);
  });
});

describe('paddock prompt', () => {
  const conversation = fileOf(
    'conversation.json',
    JSON.stringify([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Is this </s> control?' },
      { role: 'assistant', content: 'No.' },
      { role: 'user', content: 'Good.' },
    ]),
  );
  const options = ['--conversation', conversation, '--data', join(folder.path, 'prompt')];
  const zephyr =
    '<|system|>\nBe kind.</s>\n<|user|>\nIs this </s> control?</s>\n<|assistant|>\nNo.</s>\n<|user|>\nGood.</s>\n<|assistant|>\n';

  it('prints the exact prompt and nothing else', async () => {
    const { out, code } = await run('', 'prompt', '--template', 'zephyr', ...options);
    assert.equal(out, zephyr);
    assert.equal(code, 0);
  });

  it('prints the tokens for the loaded model, and all of it as JSON', async () => {
    const { out } = await run('', 'prompt', '--template', 'zephyr', '--tokens', ...options);
    const tokens = out.trim().split(' ').map(Number);
    assert.ok(tokens.length > 20 && tokens.every(Number.isInteger));
    const json = JSON.parse((await run('', 'prompt', '--template', 'zephyr', '--json', ...options)).out);
    assert.equal(json.text, zephyr);
    assert.equal(promptText(json.segments), zephyr);
    assert.deepEqual(json.tokens, tokens);
    assert.equal(
      json.kinds.filter((kind: string) => kind === 'control').length,
      5,
      'BOS and the four of the template; the typed one is text',
    );
  });

  it('composes with a persona as in a chat, and reads standard input', async () => {
    const { out } = await run(
      readFileSync(conversation, 'utf8'),
      'prompt',
      '--template',
      'zephyr',
      '--persona',
      'ember',
      '--conversation',
      '-',
      '--data',
      join(folder.path, 'prompt'),
    );
    assert.match(out, /^<\|system\|>\n.*Ember/s);
    assert.match(out, /<\|assistant\|>\nEmber: No\.<\/s>/);
    assert.ok(out.endsWith('<|assistant|>\nEmber:'));
  });

  it('says what is wrong with a conversation', async () => {
    const { errors, code } = await run(
      '[{"role":"robot"}]',
      'prompt',
      '--template',
      'zephyr',
      '--conversation',
      '-',
      '--data',
      join(folder.path, 'prompt'),
    );
    assert.match(errors, /message 1/);
    assert.equal(code, 1);
  });
});
