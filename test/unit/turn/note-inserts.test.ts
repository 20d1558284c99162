// A persona's note beside that of the conversation, and lore around both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthorsNote } from '../../../src/core/conversation.ts';
import type { PersonaNote } from '../../../src/core/persona.ts';
import { noLore } from '../../../src/lore/lore-inserts.ts';
import { noteInserts } from '../../../src/turn/note-inserts.ts';

const lore = { ...noLore, noteTop: [{ label: 't', text: 'top' }], noteBottom: [{ label: 'b', text: 'bottom' }] };
const own: AuthorsNote = { text: 'own', interval: 1, position: { at: 'depth', depth: 2 }, role: 'user' };
const personas: PersonaNote = { text: 'persona', interval: 1, position: { at: 'note' }, role: 'system', mode: 'replace' };
const there = { at: 'depth', depth: 2, role: 'user' };

const cases: readonly [
  string,
  AuthorsNote | undefined,
  PersonaNote | undefined,
  number,
  readonly (readonly [string, object])[],
][] = [
  ['none: lore stands where a note would', undefined, undefined, 1, around([], { at: 'depth', depth: 4, role: 'system' })],
  ['the persona’s alone, at its own place', undefined, { ...personas, mode: 'after' }, 1, around(['persona'], { at: 'note' })],
  ['replace: only the persona’s', own, personas, 1, around(['persona'], { at: 'note' })],
  ['before: where the conversation’s stands', own, { ...personas, mode: 'before' }, 1, around(['persona', 'own'], there)],
  ['after: where the conversation’s stands', own, { ...personas, mode: 'after' }, 1, around(['own', 'persona'], there)],
  [
    'a conversation’s that is off counts as none',
    { ...own, interval: 0 },
    { ...personas, mode: 'after' },
    1,
    around(['persona'], { at: 'note' }),
  ],
  ['a persona’s that is off counts as none', own, { ...personas, interval: 0 }, 1, around(['own'], there)],
  ['each has its interval', { ...own, interval: 3 }, { ...personas, mode: 'before', interval: 2 }, 2, around(['persona'], there)],
  ['and its own for the other', { ...own, interval: 3 }, { ...personas, mode: 'before', interval: 2 }, 3, around(['own'], there)],
  ['both together', { ...own, interval: 3 }, { ...personas, mode: 'after', interval: 2 }, 6, around(['own', 'persona'], there)],
  ['where all rest their lore rests', { ...own, interval: 3 }, { ...personas, mode: 'after', interval: 2 }, 5, []],
  ['a replaced one never comes in place of one that rests', own, { ...personas, interval: 2 }, 3, []],
];

function around(texts: readonly string[], position: object): readonly (readonly [string, object])[] {
  return ['top', ...texts, 'bottom'].map((text) => [text, position]);
}

for (const [name, note, personaNote, messages, expected] of cases)
  test(name, () => {
    const inserts = noteInserts(note, personaNote, lore, messages);
    assert.deepEqual(
      inserts.map(({ text, position }) => [text, position]),
      expected,
    );
    for (const { text, source } of inserts)
      assert.equal(source, text === 'own' ? "author's note" : text === 'persona' ? 'persona note' : 'lore');
  });
