// Answers that are continued, on a fake engine: the text goes on to the letter.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownText } from '../../../src/core/conversation.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { conversation, createBench, createTestPort, lastTurn, promptAt } from './kit.ts';

const where = { conversation, userId: 'test:ada' };

describe('continuing an answer', () => {
  const continued = async (first: string, second: string | readonly (string | Error)[], edited?: string) => {
    const bench = await createBench({ answers: [first, second] });
    await bench.say('Go on!');
    if (edited !== undefined) await bench.memory.editMessage(conversation, 'answer-0', edited);
    const port = createTestPort('answer-0');
    const turn = await bench.reviser.continueAnswer(where, port);
    return { bench, port, text: turn && shownText(turn), turn };
  };

  it('puts the model’s text behind it, white space and all, and opens the prompt with it', async () => {
    const { bench, port, text, turn } = await continued('The fox', [' jum', 'ped.\n\n', 'It ran. ']);
    assert.equal(text, 'The fox jumped.\n\nIt ran.');
    assert.deepEqual(turn?.alternatives, [text]);
    assert.deepEqual(port.shown, ['The fox jum', 'The fox jumped.', 'The fox jumped.\n\nIt ran.']);
    assert.ok(promptAt(bench, 1).endsWith('The fox'));
    assert.equal(promptAt(bench, 1), `${promptAt(bench, 0)}The fox`);
    for (const [beginning, rest] of [
      ['The f', 'ox.'],
      ['A line.', '\n- another'],
      ['One', '**two**'],
      ['x', ' '.repeat(3)],
    ] as const)
      if (rest.trim() !== '') assert.equal((await continued(beginning, rest)).text, beginning + rest);
  });

  it('leaves the beginning alone, whatever people have made of it', async () => {
    for (const edited of ['<think>hm', 'Ada: hello\n', '  ```js\nlet x', 'Helper: I', 'a \u2060', 'Ends with\n\n', '<|im_end|>'])
      assert.equal((await continued('x', 'and on', edited)).text, `${edited}and on`);
  });

  it('ends before another’s line, but not within code', async () => {
    assert.equal((await continued('One.', ' Two.\nAda: And I?')).text, 'One. Two.');
    assert.equal((await continued('```\nOne', ' Two.\nAda: x\n```')).text, '```\nOne Two.\nAda: x\n```');
    assert.equal((await continued('x', 'Ada: And I?', 'One.\n').catch((error) => error)).code, 'engine-failed');
    assert.equal((await continued('```\nOne\n```', '\nAda: x').catch((error) => error)).code, 'engine-failed');
  });

  it('hides thoughts, as in any answer', async () => {
    assert.equal((await continued('One.', '<think>what now</think> Two.')).text, 'One. Two.');
  });

  it('extends the shown alternative only', async () => {
    const bench = await createBench({ answers: ['One', 'Two', ' more'] });
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('answer-0'));
    await bench.reviser.swipe(conversation, createTestPort('answer-0'), { by: -1 });
    const turn = await bench.reviser.continueAnswer(where, createTestPort('answer-0'));
    assert.deepEqual([turn?.alternatives, turn?.shown], [['One more', 'Two'], 0]);
  });

  it('keeps what came before a failure, and says so when nothing comes', async () => {
    const crash = new PaddockError('engine-failed', 'the child died', { userText: 'My engine stopped.' });
    const bench = await createBench({ answers: ['One', [' two', crash], ''] });
    await bench.say('Hi!');
    await assert.rejects(bench.reviser.continueAnswer(where, createTestPort('answer-0')), crash);
    assert.equal(shownText(await lastTurn(bench)), 'One two');
    const port = createTestPort('answer-0');
    await assert.rejects(bench.reviser.continueAnswer(where, port), { code: 'engine-failed' });
    assert.deepEqual(port.calls, ['begin', 'end']);
    assert.equal(shownText(await lastTurn(bench)), 'One two');
  });
});
