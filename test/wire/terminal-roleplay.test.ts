// A conversation with a persona in a pipe: its greeting, and the commands that change answers.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { demoText } from '../../src/engine/llama/gguf/demo-model.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { createProcesses, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
after(async () => {
  await processes.end();
  folder.remove();
});
const chat = (name: string, lines: readonly string[]) =>
  processes.run(`${lines.join('\n')}\n`, ['start', '--data', join(folder.path, name), '--persona', 'ember']);

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

  it('says why an answer can not be continued when the model has nothing to add', async () => {
    const { out, errors, code } = await chat('continue', ['hello', '/continue']);
    assert.equal(code, 0);
    assert.equal(out.split(demoText).length - 1, 1);
    assert.match(errors, /Nothing came to my mind/);
    assert.equal((await turnsIn(join(folder.path, 'continue'))).at(-1)?.alternatives.length, 1);
  });
});
