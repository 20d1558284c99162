// How the chat in a terminal is left, and what becomes of the answer that is being written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSlow, startTerminal } from './terminal-kit.ts';

const prompt = 'ash › ';
const ctrlC = '\u0003';
const ctrlD = '\u0004';

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

test('a closed window ends it', async () => {
  const terminal = startTerminal({ isTTY: true });
  await terminal.wait(prompt);
  terminal.output.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
  assert.equal(await terminal.running, 0);
});

test('that it ends is told at once, and once, while an answer still hangs', async () => {
  let told = 0;
  const terminal = startSlow({
    onLeave: () => {
      told += 1;
    },
    // As an engine does that hangs: only its end, which whoever is told brings about, ends the answer.
    stopAnswers: () => {},
  });
  await terminal.wait(prompt);
  await terminal.type('hello\r', 'Robin › …');
  const answer = await terminal.next();
  terminal.input.write(ctrlC);
  await new Promise(setImmediate);
  assert.equal(told, 0, 'the first Ctrl-C stops the answer only');
  terminal.input.write(ctrlC);
  while (told === 0) await new Promise(setImmediate);
  answer.end();
  assert.equal(await terminal.running, 0);
  await terminal.chat.close();
  assert.equal(told, 1);
});

test('that it ends is told for every way of leaving', async () => {
  for (const keys of ['/exit\r', ctrlD]) {
    let told = 0;
    const terminal = startTerminal({
      isTTY: true,
      onLeave: () => {
        told += 1;
      },
    });
    await terminal.wait(prompt);
    terminal.input.write(keys);
    assert.equal(await terminal.running, 0);
    assert.equal(told, 1);
  }
});

test('close does not wait for a greeting that waits for the model', async () => {
  const terminal = startTerminal({ isTTY: true, greeting: () => new Promise(() => {}) });
  await terminal.chat.close();
  assert.equal(await terminal.running, 0);
  assert.equal(terminal.printed(), '');
});
