// Who can speak in a scene, and by which names they are asked for.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Persona } from '../../../src/core/persona.ts';
import { candidatesOf, speakersFor } from '../../../src/turn/scene-speakers.ts';
import { fox, three } from './scene-kit.ts';

it('a member is named by the words of its name and by its nickname', () => {
  const wren: Persona = { id: 'owl', name: 'Wrenna Coldwater', nickname: 'Wren', summary: '', talkativeness: 0 };
  const known = { personaById: (id: string) => [fox, wren].find((persona) => persona.id === id) };
  assert.deepEqual(
    candidatesOf(three, known).map(({ personaId }) => personaId),
    ['fox', 'owl'],
  );
  for (const text of ['Coldwater?', 'wren, come!'])
    assert.deepEqual(
      speakersFor({ ...three, speaking: 'natural' }, known, { text }, () => 0.9),
      ['owl'],
    );
});
