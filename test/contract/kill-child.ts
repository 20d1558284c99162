// The victim of kill.test.ts: appends to several conversations at once until it is killed, and tells of
// each turn once memory has acknowledged it. Arguments: the store, then `conversation=number to begin with` each.
import { writeSync } from 'node:fs';
import { createMemory } from '../../src/memory/memory.ts';
import { openStore } from '../../src/store/store.ts';

const [, , uri = '', ...beginnings] = process.argv;
const memory = createMemory({ store: await openStore(uri), now: Date.now });

const append = async (conversation: string, first: number): Promise<never> => {
  for (let number = first; ; number += 1) {
    const speaker = { id: 'test:1', name: 'Ann' };
    const text = `text ${number} `.padEnd(number % 300, 'x');
    await memory.append(conversation, { role: 'user', speaker, text, at: number, messageIds: [`m${number}`] });
    // Into the pipe at once: it outlives the process, so the parent hears of everything that was acknowledged.
    writeSync(1, `${conversation}=${number}\n`);
  }
};

await Promise.all(
  beginnings.map((beginning) => {
    const [conversation = '', first = '0'] = beginning.split('=');
    return append(conversation, Number(first));
  }),
);
