import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createLineHistory } from '../../../src/platform/terminal/line-history.ts';
import { answerWith, startTerminal } from './terminal-kit.ts';

const prompt = 'ash › ';
const ctrlD = '\u0004';
const up = '\u001b[A';

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
