import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { readLines } from '../../../src/platform/terminal/read-lines.ts';
import { answerWith, type SlowAnswer, startTerminal } from './terminal-kit.ts';

test('every line is answered on standard output, in order, with nothing else there', async () => {
  const terminal = startTerminal();
  terminal.input.end('hello\n\n   \r\n  who are you?\r\nlast without newline');
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), 'You said: hello\nYou said: who are you?\nYou said: last without newline\n');
  assert.equal(terminal.noticed(), '');
});

test('a message says where it was said, by whom and when, and has an id of its own', async () => {
  const terminal = startTerminal();
  terminal.input.end('a\nb\n');
  await terminal.running;
  const [first, second] = terminal.messages;
  assert.deepEqual(first, {
    conversation: 'terminal:local',
    id: first?.id,
    author: { id: 'terminal:ash', name: 'ash', isBot: false },
    text: 'a',
    at: 5,
    addressed: 'direct',
  });
  assert.notEqual(first?.id, second?.id);
});

test('the next line waits until the answer before it is done', async () => {
  const answers: SlowAnswer[] = [];
  const terminal = startTerminal({ slow: (answer) => answers.push(answer) });
  terminal.input.end('first\nsecond\n');
  while (answers.length === 0) await turnOfTheLoop();
  for (let turn = 0; turn < 20; turn += 1) await turnOfTheLoop();
  assert.equal(answers.length, 1);
  answers[0]?.piece('one');
  assert.equal(terminal.printed(), '', 'only whole answers are written');
  answers[0]?.end();
  while (answers.length === 1) await turnOfTheLoop();
  answers[1]?.piece('two');
  answers[1]?.end();
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), 'one\ntwo\n');
});

test('commands are answered on standard output, refused ones on standard error', async () => {
  const terminal = startTerminal();
  terminal.input.end('/echo a b\n/ehco\n /etc is a folder\n');
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), 'terminal:local terminal:ash: a b\nYou said: /etc is a folder\n');
  assert.match(terminal.noticed(), /Did you mean \/echo\? To say something that begins with a slash, put a space before it\.\n$/);
});

test('/exit ends it before the lines after it', async () => {
  const terminal = startTerminal();
  terminal.input.end('a\n/exit\nb\n');
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), 'You said: a\n');
});

test('control sequences reach neither the output nor the model', async () => {
  const terminal = startTerminal({
    onMessage: (_message, port) => answerWith(port, ['a\u001b]0;t', 'itle\u0007b\u001b[31m', 'c\r']),
  });
  terminal.input.end('x\u001b[31my\u0000\n');
  await terminal.running;
  assert.equal(terminal.printed(), 'abc\n');
  assert.equal(terminal.messages[0]?.text, 'xy');
});

test('notices go to standard error; the end of the input is no failure, whatever was answered (issue 2)', async () => {
  const failure = new PaddockError('engine-failed', 'the engine failed', { userText: 'The model is not there.' });
  const fail = startTerminal({ onMessage: (_message, port) => port.notice(failure.userText).then(() => port.end()) });
  fail.input.end('a\nb\n');
  assert.equal(await fail.running, 0);
  assert.equal(fail.printed(), '');
  assert.equal(fail.noticed(), 'The model is not there.\nThe model is not there.\n');

  const once = startTerminal({
    onMessage: async (message, port) => {
      if (message.text === 'a') throw failure;
      await answerWith(port, ['fine']);
    },
  });
  once.input.end('a\nb\n');
  assert.equal(await once.running, 0);
  assert.equal(once.printed(), 'fine\n');
  assert.equal(once.noticed(), 'The model is not there.\n');

  const nothing = startTerminal();
  nothing.input.end('\n\n');
  assert.equal(await nothing.running, 0);
});

test('an answer without visible text is told of', async () => {
  const terminal = startTerminal({ onMessage: (_message, port) => answerWith(port, ['\u001b[31m \u0007']) });
  terminal.input.end('a\n');
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), '');
  assert.match(terminal.noticed(), /no visible text/);
});

test('a message that is too long is cut, and that is told', async () => {
  const terminal = startTerminal();
  terminal.input.write('x'.repeat(bounds.messageCharactersMax));
  terminal.input.end('yz\nshort\n');
  assert.equal(await terminal.running, 0);
  assert.deepEqual(
    terminal.messages.map(({ text }) => text),
    ['x'.repeat(bounds.messageCharactersMax), 'short'],
  );
  assert.match(terminal.noticed(), /longer than 16000 characters/);
});

test('when the reader of the output goes away, it ends quietly and stops the answer', async () => {
  const terminal = startTerminal();
  await terminal.type('a\n', 'You said: a\n');
  const closed = new Promise((resolve) => terminal.output.on('close', resolve));
  terminal.output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await closed;
  terminal.input.write('b\nc\n');
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.stops(), 1);
  assert.equal(terminal.noticed(), '');
});

test('an input that cannot be read ends it with exit code 1', async () => {
  const terminal = startTerminal();
  terminal.input.destroy(Object.assign(new Error('EISDIR'), { code: 'EISDIR' }));
  assert.equal(await terminal.running, 1);
});

test('close stops the answer being written, keeps what came of it, and takes no more lines', async () => {
  const answers: SlowAnswer[] = [];
  let told = 0;
  const terminal = startTerminal({
    slow: (answer) => answers.push(answer),
    onLeave: () => {
      told += 1;
    },
  });
  terminal.input.write('a\nb\n');
  while (answers.length === 0) await turnOfTheLoop();
  answers[0]?.piece('half');
  await terminal.chat.close();
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), 'half\n');
  assert.equal(answers.length, 1);
  assert.equal(told, 1);
  assert.ok(terminal.input.destroyed, 'nothing keeps the process alive');
});

const linesOf = async (chunks: readonly (Buffer | string)[], charactersMax = 10) => {
  const lines: unknown[] = [];
  for await (const { text, isCut } of readLines(Readable.from(chunks), charactersMax)) lines.push(isCut ? [text] : text);
  return lines;
};

test('lines are put together over chunks, in the middle of characters and of line ends too', async () => {
  const bytes = Buffer.from('\ufeffä👍\r\nb\n\nc');
  const single = Array.from(bytes, (byte) => Buffer.from([byte]));
  assert.deepEqual(await linesOf(single), ['ä👍', 'b', '', 'c']);
  assert.deepEqual(await linesOf([bytes]), ['ä👍', 'b', '', 'c']);
  assert.deepEqual(await linesOf([]), []);
});

test('a line is cut at the bound, never inside a character, and the next one is whole', async () => {
  assert.deepEqual(await linesOf(['1234567890\n1234567890\r\n12345678901\nx']), [
    '1234567890',
    '1234567890',
    ['1234567890'],
    'x',
  ]);
  assert.deepEqual(await linesOf(['123456789👍\nx']), [['123456789'], 'x']);
  assert.deepEqual(await linesOf([...Array.from({ length: 50 }, () => 'abcdef'), '\nx']), [['abcdefabcd'], 'x']);
});

test('no more is read than is asked for', async () => {
  const source = new PassThrough({ highWaterMark: 16 });
  let taken = 0;
  const lines = readLines(
    (async function* () {
      for (;;) {
        taken += 1;
        yield 'line\n';
      }
    })(),
    10,
  );
  await lines.next();
  await lines.next();
  assert.equal(taken, 2);
  await lines.return(undefined);
  source.destroy();
});
