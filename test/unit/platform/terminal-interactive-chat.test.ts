import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { bounds } from '../../../src/core/bounds.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createLineHistory } from '../../../src/platform/terminal/line-history.ts';
import { answerWith, type SlowAnswer, startTerminal, type TestTerminal } from './terminal-kit.ts';

const prompt = 'ash › ';
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const up = '\u001b[A';

/** A chat whose answers the test lets come; `next` gives the next one. */
const startSlow = (): TestTerminal & { next(): Promise<SlowAnswer> } => {
  const waiting: SlowAnswer[] = [];
  let tell: () => void = () => {};
  const terminal = startTerminal({
    isTTY: true,
    slow: (answer) => {
      waiting.push(answer);
      tell();
    },
  });
  return {
    ...terminal,
    async next() {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      }
      return waiting.shift() as SlowAnswer;
    },
  };
};

test('it greets, prompts with the name, and prints the answer behind the speaker as it comes', async () => {
  const answers: SlowAnswer[] = [];
  const terminal = startTerminal({
    isTTY: true,
    greeting: async () => 'Fake is loaded.\u0007\n/help lists the commands.',
    slow: (answer) => answers.push(answer),
  });
  await terminal.wait('Fake is loaded.\n/help lists the commands.\n');
  await terminal.wait(prompt);
  await terminal.type('hello\r', 'Robin › …');
  answers[0]?.piece('Go');
  await terminal.wait('\r\u001b[KRobin › Go');
  answers[0]?.piece('od');
  await terminal.wait('od');
  assert.ok(terminal.printed().endsWith('Robin › Good'), 'only what is new is printed');
  answers[0]?.end();
  await terminal.wait('\n');
  await terminal.wait(prompt);
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
  assert.deepEqual(
    terminal.messages.map(({ text }) => text),
    ['hello'],
  );
});

test('Ctrl-C stops the answer, keeps what came, and a second one leaves', async () => {
  const terminal = startSlow();
  await terminal.wait(prompt);
  await terminal.type('hello\r', 'Robin › …');
  (await terminal.next()).piece('Half an');
  await terminal.wait('Half an');
  await terminal.type(ctrlC, '\nStopped. Ctrl-C again leaves.\n');
  await terminal.wait(prompt);
  assert.equal(terminal.stops(), 1);
  terminal.input.write(ctrlC);
  assert.equal(await terminal.running, 0);
});

test('Ctrl-C before any text leaves no trace of the sign of waiting', async () => {
  const terminal = startSlow();
  await terminal.wait(prompt);
  await terminal.type('hello\r', 'Robin › …');
  await terminal.next();
  await terminal.type(ctrlC, '\r\u001b[KStopped.');
  await terminal.wait(prompt);
  // Something typed since the first Ctrl-C: the next one is a first one again.
  await terminal.type('x', 'x');
  await terminal.type(ctrlC, prompt);
  await terminal.type(ctrlC, 'Ctrl-C again leaves');
  await terminal.wait(prompt);
  terminal.input.write(ctrlC);
  assert.equal(await terminal.running, 0);
});

test('two Ctrl-C while an answer does not stop leave as soon as it does', async () => {
  let letGo: () => void = () => {};
  const terminal = startTerminal({
    isTTY: true,
    onMessage: async (_message, port) => {
      port.begin({ id: 'persona:robin', name: 'Robin' });
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await port.finish('What came.');
      port.end();
    },
  });
  await terminal.wait(prompt);
  await terminal.type('hello\r', 'Robin › …');
  terminal.input.write(ctrlC + ctrlC);
  while (terminal.stops() < 2) await new Promise(setImmediate);
  letGo();
  assert.equal(await terminal.running, 0);
  assert.match(terminal.printed(), /What came\.\n/);
});

test('Ctrl-C clears a line that is being typed', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait(prompt);
  await terminal.type('wrong', 'wrong');
  terminal.input.write(ctrlC);
  await terminal.type('right\r', 'You said: right\n');
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
});

test('/exit and the end of the input leave; an answer being written is finished first', async () => {
  const exit = startTerminal({ isTTY: true });
  await exit.wait(prompt);
  exit.input.write('/exit\r');
  assert.equal(await exit.running, 0);

  const ended = startSlow();
  await ended.wait(prompt);
  ended.input.end('hello\r');
  const answer = await ended.next();
  answer.piece('Still here.');
  answer.end();
  assert.equal(await ended.running, 0);
  assert.match(ended.printed(), /Still here\.\n/);
});

test('close stops the answer, keeps what came of it, and ends', async () => {
  const terminal = startSlow();
  await terminal.wait(prompt);
  terminal.input.write('hello\r');
  (await terminal.next()).piece('Half');
  await terminal.chat.close();
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.stops(), 1);
  assert.match(terminal.printed(), /Robin › Half\n/);
});

test('what is typed while an answer is written waits for the prompt, line by line, and is not echoed into it', async () => {
  const terminal = startSlow();
  await terminal.wait(prompt);
  terminal.input.write('first\r');
  const first = await terminal.next();
  first.piece('An answer');
  await terminal.wait('An answer');
  terminal.input.write('second\rthird\rdraft');
  first.piece(' in one piece.');
  await terminal.wait(' in one piece.');
  first.end();
  const second = await terminal.next();
  second.piece('Two.');
  second.end();
  const third = await terminal.next();
  third.end();
  await terminal.wait('draft');
  await terminal.type(' ends\r', 'ends');
  (await terminal.next()).end();
  assert.match(stripVTControlCharacters(terminal.printed()), /Robin › An answer in one piece\.\n/);
  assert.deepEqual(
    terminal.messages.map(({ text }) => text),
    ['first', 'second', 'third', 'draft ends'],
  );
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
});

test('a paste of several lines is one message, and its control characters do nothing', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait('\u001b[?2004h');
  await terminal.wait(prompt);
  terminal.input.write('see: \u001b[200~one\r\ttwo\u001b[31m\u0003\u0004\r\nth');
  await terminal.type('ree\r\u001b[201~', 'three');
  assert.equal(terminal.messages.length, 0, 'a paste sends nothing by itself');
  await terminal.type('!\r', 'You said: see: one\n\ttwo\nthree!\n');
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
  assert.ok(terminal.printed().endsWith('\u001b[?2004l\n'), 'the terminal is left as it was');
});

test('Ctrl-C gives up a paste that never ends, and an endless one does not fill the memory', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait(prompt);
  terminal.input.write('\u001b[200~never ended');
  await new Promise(setImmediate);
  terminal.input.write(ctrlC);
  await terminal.wait('Ctrl-C again leaves');
  terminal.input.write('\u001b[200~');
  for (let chunk = 0; chunk < 200; chunk += 1) terminal.input.write('y'.repeat(1000));
  terminal.input.write('\u001b[20');
  terminal.input.write('1~');
  await terminal.type('\r', 'left out the rest');
  await terminal.wait('You said: ');
  assert.equal(terminal.messages[0]?.text, 'y'.repeat(bounds.messageCharactersMax));
  await terminal.wait(prompt);
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
});

test('commands run with the rank of the owner, help names /exit, mistakes are answered', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait(prompt);
  await terminal.type('/echo a "b"\r', 'terminal:local terminal:ash: a "b"\n');
  await terminal.type('/help\r', '/echo\n/exit: Leave the chat\n');
  await terminal.type('/hepl\r', 'Did you mean /help?');
  assert.equal(terminal.messages.length, 0);
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
});

test('Tab completes commands and their choices, in the spelling of the choice', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait(prompt);
  await terminal.type('/ec\t', 'ho ');
  await terminal.type('ro\t', 'Ro');
  await terminal.type('\t', 'Romy');
  await terminal.type('b\t', 'in');
  await terminal.type('\r', 'terminal:ash: Robin\n');
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
});

test('an answer that was changed behind what is printed is printed again, whole; notices stand on their own row', async () => {
  const terminal = startTerminal({
    isTTY: true,
    onMessage: async (message, port) => {
      if (message.text === 'fail') {
        port.begin({ id: 'persona:robin', name: 'Robin' });
        port.show('Half');
        await port.notice('The model\u001b[2J broke.');
        return port.end();
      }
      port.begin({ id: 'persona:robin', name: 'Robin' });
      port.show('Yes. USER:');
      await port.finish('Yes.');
      port.end();
    },
  });
  await terminal.wait(prompt);
  await terminal.type('x\r', 'Robin › Yes. USER:\nThe answer was changed to:\nRobin › Yes.\n');
  await terminal.type('fail\r', 'Robin › Half\nThe model broke.\n');
  await terminal.wait(prompt);
  terminal.input.write(ctrlD);
  assert.equal(await terminal.running, 0);
});

test('names are coloured unless NO_COLOR is set, and a hostile name is one plain line', async () => {
  const onMessage: Parameters<typeof startTerminal>[0] = {
    isTTY: true,
    onMessage: async (_message, port) => {
      port.begin({ id: 'persona:x', name: 'Ro\nbin\u001b[2J' });
      await port.finish('Yes.');
      port.end();
    },
  };
  for (const [environment, isColoured] of [
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
  ] as const) {
    const terminal = startTerminal({ ...onMessage, environment });
    await terminal.wait('ash');
    await terminal.type('x\r', 'Yes.\n');
    assert.equal(/\u001b\[1;\d+mash/.test(terminal.printed()), isColoured);
    assert.match(stripVTControlCharacters(terminal.printed()), /Ro bin › Yes\./);
    assert.ok(!terminal.printed().includes('\u001b[2J'));
    terminal.input.write(ctrlD);
    await terminal.running;
  }
});

test('a closed window ends it', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait(prompt);
  terminal.output.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
  assert.equal(await terminal.running, 0);
});

test('the lines of earlier chats come back with the arrow keys, from a file for the owner only', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'paddock-history-'));
  t.after(() => rm(folder, { recursive: true }));
  const historyFile = join(folder, 'data', 'terminal-history');
  const first = startTerminal({ isTTY: true, historyFile });
  await first.wait(prompt);
  await first.type('one\r', 'You said: one\n');
  await first.type('\u001b[200~two\nrows\u001b[201~\r', 'You said: two\nrows\n');
  await first.wait(prompt);
  first.input.write(ctrlD);
  await first.running;
  assert.equal(await readFile(historyFile, 'utf8'), 'one\ntwo⏎rows\n');
  assert.equal((await stat(historyFile)).mode & 0o777, 0o600);

  const second = startTerminal({ isTTY: true, historyFile, onMessage: (message, port) => answerWith(port, [message.text]) });
  await second.wait(prompt);
  await second.type(up, 'two⏎rows');
  await second.type(up, 'one');
  await second.type('\r', 'Robin › one\n');
  await second.wait(prompt);
  second.input.write(ctrlD);
  await second.running;
});

test('the history is bounded, cleaned, and a file that cannot be used costs only the history', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'paddock-history-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'history');
  await writeFile(
    file,
    `${'x'.repeat(5000)}\na\u001b[2Jb\n${Array.from({ length: 600 }, (_, index) => `line ${index}\n`).join('')}`,
  );
  const history = createLineHistory(file, silentLogger);
  const lines = await history.load();
  assert.equal(lines.length, bounds.terminalHistory.entriesMax);
  assert.equal(lines[0], 'line 599');
  history.save(['z', ...lines]);
  history.save(['y'.repeat(5000), 'b\nc', 'a']);
  await history.settled();
  assert.equal(await readFile(file, 'utf8'), 'a\nb c\n');

  const warned: string[] = [];
  const broken = createLineHistory(join(file, 'below', 'a', 'file'), {
    ...silentLogger,
    warn: (_fields, text) => warned.push(text),
  });
  assert.deepEqual(await broken.load(), []);
  broken.save(['a']);
  await broken.settled();
  assert.equal(warned.length, 2);
});
