import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { bounds } from '../../../src/core/bounds.ts';
import { type SlowAnswer, startSlow, startTerminal } from './terminal-kit.ts';

const prompt = 'ash › ';
const ctrlC = '\u0003';
const ctrlD = '\u0004';

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
