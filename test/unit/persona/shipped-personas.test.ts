import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadPersonas } from '../../../src/persona/load-personas.ts';

describe('personas/', () => {
  const personas = loadPersonas(join(import.meta.dirname, '..', '..', '..', 'personas'), { defaultId: 'helper' });

  it('holds a helper, a storyteller and a character from a card', () => {
    assert.deepEqual(
      personas.list().map(({ id }) => id),
      ['helper', 'dilys', 'ember', 'pomfret', 'rudd', 'storyteller', 'tansy'],
    );
    const ember = personas.get('ember');
    for (const text of [ember?.description, ember?.personality, ember?.scenario, ember?.greeting])
      assert.ok((text ?? '').length > 100);
    const examples = (ember?.exampleDialogue ?? '').split('<START>\n').slice(1);
    assert.ok(examples.length >= 3);
    for (const example of examples) assert.match(example, /^\{\{user\}\}: .+\n\{\{char\}\}: .+/);
  });

  it('keeps what stands early in a prompt the same for everybody in the channel, so that it is evaluated once', () => {
    for (const { systemPrompt, description, personality, scenario } of personas.list()) {
      for (const text of [systemPrompt, description, personality, scenario]) assert.doesNotMatch(text ?? '', /\{\{user\}\}/i);
    }
  });

  it('has greetings that fit one Discord message', () => {
    for (const { greeting } of personas.list()) assert.ok((greeting ?? '').length > 0 && (greeting ?? '').length < 2000);
  });
});
