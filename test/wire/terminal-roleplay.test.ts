// A conversation with a persona in a pipe: its greeting, and the commands that change answers.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { demoText } from '../../src/engine/llama/gguf/demo-model.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { wordModel } from '../model/prompt-kit.ts';
import { createProcesses, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
after(async () => {
  await processes.end();
  folder.remove();
});
const chat = (name: string, lines: readonly string[], words: readonly string[] = []) =>
  processes.run(`${lines.join('\n')}\n`, ['start', '--data', join(folder.path, name), '--persona', 'ember', ...words]);

/** A model that always has more to say: eight words at a time, on one line. */
const talkative = (): readonly string[] => {
  const config = join(folder.path, 'words.yaml');
  writeFileSync(
    config,
    'engine: { gpuLayers: 0, threads: 1, contextTokens: 4096 }\ntemplate: alpaca\nanswer: { tokensMax: 8 }\nsampling: { temperature: 1.5 }\n',
  );
  return ['--model', wordModel(folder.path), '--config', config];
};

describe('a chat with a persona, in a pipe', () => {
  it('begins with its greeting, whose swipes are the other greetings; the one shown is the one remembered', async () => {
    const { out, code } = await chat('greeting', ['/swipe next', '/swipe previous', '/swipe next']);
    assert.equal(code, 0);
    const [turn, ...others] = await turnsIn(join(folder.path, 'greeting'));
    assert.deepEqual(others, []);
    assert.ok(turn && turn.alternatives.length > 1);
    const [first = '', second = ''] = turn.alternatives;
    assert.equal(out, [first, second, first, second, ''].join('\n'));
    assert.equal(turn.shown, 1);

    const again = await chat('greeting', ['/swipe previous']);
    assert.equal(again.out, `${first}\n`, 'it does not greet twice, and knows after a restart which one was shown');
  });

  it('writes an answer again, walks its alternatives, and takes it back', async () => {
    const { out, errors, code } = await chat('revise', ['hello', '/regenerate', '/swipe previous', '/undo', 'still there?']);
    assert.equal(code, 0);
    const answers = out.split(demoText).length - 1;
    assert.equal(answers, 4, 'answered, written again, swiped back, answered');
    assert.match(out, /Taken back/);
    const turns = await turnsIn(join(folder.path, 'revise'));
    assert.deepEqual(
      turns.map(({ role }) => role),
      ['assistant', 'user', 'assistant'],
    );
    assert.equal(turns[1]?.alternatives[0], 'still there?');
    assert.doesNotMatch(errors, /"level":"(?:warn|error)"/);
  });

  it('shows and remembers the same after each command: greeting, swipe, continue, regenerate, undo, and after a restart', async () => {
    const lines = ['/swipe next', '/swipe previous', 'hello', '/continue', '/regenerate', '/swipe previous', '/continue'];
    const { out, errors, code } = await chat('words', lines, talkative());
    assert.deepEqual([code, /"level":"(?:warn|error)"/.test(errors)], [0, false], errors);
    const [greeting, question, answer, ...others] = await turnsIn(join(folder.path, 'words'));
    assert.deepEqual([question?.alternatives, others], [['hello'], []]);
    const [first = '', second = ''] = greeting?.alternatives ?? [];
    const greeted = `${[first, second, first].join('\n')}\n`;
    assert.ok(out.startsWith(greeted), 'the greeting comes before everything');
    const [written = '', continued = '', again = '', before = '', longer = '', ...rest] = out
      .slice(greeted.length)
      .trimEnd()
      .split('\n');
    assert.deepEqual(rest, []);
    assert.ok(written !== '' && continued.startsWith(`${written} `), `${continued} goes on from ${written}`);
    assert.equal(before, continued, 'what was continued is what is swiped back to');
    assert.ok(longer.startsWith(`${continued} `), `${longer} goes on from ${continued}`);
    assert.deepEqual([answer?.alternatives, answer?.shown], [[longer, again], 0]);

    const later = await chat('words', ['/continue', '/swipe next', '/undo', 'still there?', '/continue'], talkative());
    assert.deepEqual([later.code, /"level":"(?:warn|error)"/.test(later.errors)], [0, false], later.errors);
    const [longest = '', swiped, taken = '', anew = '', more = ''] = later.out.split('\n');
    assert.ok(longest.startsWith(`${longer} `), 'after a restart it goes on from what is shown');
    assert.equal(swiped, again);
    assert.match(taken, /Taken back/);
    assert.ok(more.startsWith(`${anew} `), `${more} goes on from ${anew}`);
    assert.deepEqual(
      (await turnsIn(join(folder.path, 'words'))).map(({ alternatives, shown }) => alternatives[shown]),
      [first, 'still there?', more],
    );
  });

  it('says why an answer can not be continued when the model has nothing to add', async () => {
    const { out, errors, code } = await chat('continue', ['hello', '/continue']);
    assert.equal(code, 0);
    assert.equal(out.split(demoText).length - 1, 1);
    assert.match(errors, /Nothing came to my mind/);
    assert.equal((await turnsIn(join(folder.path, 'continue'))).at(-1)?.alternatives.length, 1);
  });
});
