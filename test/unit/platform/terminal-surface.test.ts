import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { silentLogger } from '../../../src/core/logger.ts';
import { createPaint } from '../../../src/platform/terminal/paint.ts';
import { createScreenPort } from '../../../src/platform/terminal/screen-port.ts';
import { createTerminalSurface } from '../../../src/platform/terminal/terminal-surface.ts';
import { createWriter } from '../../../src/platform/terminal/write.ts';

test('another text of an answer is printed below, under the speaker’s name', async () => {
  const output = new PassThrough();
  const writer = createWriter(output, silentLogger, () => assert.fail('the output is gone'));
  let ids = 0;
  const surface = createTerminalSurface(() =>
    createScreenPort({
      writer,
      paint: createPaint({ NO_COLOR: '1' }),
      canErase: false,
      columns: () => 80,
      newId: () => `line-${++ids}`,
    }),
  );
  const turn = {
    id: '1',
    role: 'assistant',
    speaker: { id: 'persona:ember', name: 'Ember' },
    alternatives: ['One.', 'Two.'],
    shown: 0,
    at: 0,
    messageIds: ['line-0'],
  } as const;
  assert.deepEqual(await surface.show('terminal:local', turn, 'Two.'), ['line-1']);
  await surface.remove('terminal:local', ['line-0']);
  assert.equal(await surface.openThread('terminal:local', 'line-0', 'x'), undefined);
  assert.equal(String(output.read()), 'Ember › Two.\n');
});
