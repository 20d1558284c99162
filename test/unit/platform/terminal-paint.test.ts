import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPaint } from '../../../src/platform/terminal/paint.ts';
import { createScreenPort } from '../../../src/platform/terminal/screen-port.ts';

/** The colour in which a name was written. */
const colourOf = (printed: string, name: string): string | undefined =>
  new RegExp(`\u001b\\[1;(\\d+)m${name}\u001b\\[0m › `).exec(printed)?.[1];

test('each member of a scene speaks behind its name, which always has the same colour', async () => {
  let printed = '';
  const speak = async (id: string, name: string): Promise<void> => {
    const port = createScreenPort({
      writer: {
        write: async (text: string) => {
          printed += text;
          return true;
        },
      } as Parameters<typeof createScreenPort>[0]['writer'],
      paint: createPaint({}),
      columns: () => 80,
      canErase: false,
      newId: () => '1',
    });
    port.begin({ id, name, ...{ look: { name } } });
    await port.finish('Good morning.');
    port.end();
  };
  const members = ['ember', 'tamm', 'pip', 'dilys', 'rudd', 'tansy'];
  for (const name of members) await speak(`persona:${name}`, name);
  const colours = members.map((name) => colourOf(printed, name));
  assert.ok(colours.every((colour) => colour !== undefined));
  assert.ok(new Set(colours).size > 1, 'they are told apart');
  printed = '';
  await speak('persona:ember', 'Ember');
  assert.equal(colourOf(printed, 'Ember'), colours[0], 'by the id, not by the name');
});
