// The personas that are shipped: loaded as the bot loads them, and held to what docs/personas.md says of them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isJsonObject } from '../../../src/core/json.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { rawOfCard } from '../../../src/persona/card/card-form.ts';
import { lintCard } from '../../../src/persona/card/lint-card.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { isVolatile, knownMacroNames, unknownMacros } from '../../../src/prompt/macros.ts';
import { books, folder, library, personaNamed, personas } from './library-kit.ts';

/** What stands in every prompt, wherever. */
const permanentTexts = (persona: Persona): readonly string[] => [
  ...earlyTexts(persona),
  persona.depthPrompt?.text ?? '',
  persona.postHistoryInstructions ?? '',
];
/** What stands before the conversation. */
const earlyTexts = (persona: Persona): readonly string[] =>
  [persona.systemPrompt, persona.description, persona.personality, persona.scenario].map((text) => text ?? '');
const greetingsOf = (persona: Persona): readonly string[] => [
  persona.greeting ?? '',
  ...(persona.alternateGreetings ?? []),
  ...(persona.groupOnlyGreetings ?? []),
];

describe('the shipped personas', () => {
  it('are six and the helper, each with an id and a name of its own', () => {
    assert.deepEqual(
      personas.list().map(({ id }) => id),
      ['helper', 'dilys', 'ember', 'pomfret', 'rudd', 'storyteller', 'tansy'],
    );
    for (const names of [personas.list().map(({ name }) => name), personas.list().map(({ summary }) => summary)]) {
      assert.equal(new Set(names).size, names.length);
    }
  });

  for (const persona of library) {
    it(`${persona.id} has all that a persona can be met with`, () => {
      // A game master is made of its instruction; a character of the three texts.
      if (persona.systemPrompt === undefined) {
        for (const text of [persona.description, persona.personality, persona.scenario]) assert.ok((text ?? '').length > 200);
        const examples = (persona.exampleDialogue ?? '').split('<START>\n').slice(1);
        assert.ok(examples.length >= 4);
        for (const example of examples) {
          assert.match(example, /^\{\{user\}\}: .+\n\{\{char\}\}: .+/);
          const answer = example.slice(example.indexOf('{{char}}:')).trim();
          assert.ok(answer.length > 120 && answer.length < 520, `examples show how long answers are: ${answer.length}`);
        }
      }
      assert.ok(persona.depthPrompt ?? persona.postHistoryInstructions ?? persona.id === 'ember');
      const { alternateGreetings = [], groupOnlyGreetings = [], talkativeness = 0 } = persona;
      assert.ok(alternateGreetings.length >= 2 && alternateGreetings.length <= 3);
      assert.equal(groupOnlyGreetings.length, 1);
      assert.ok(talkativeness > 0 && talkativeness < 1);
      assert.ok((persona.tags ?? []).length >= 3);
      assert.ok((persona.creatorNotes ?? '').length > 100);
    });

    it(`${persona.id} is small enough for a small model`, () => {
      assert.ok(permanentTexts(persona).join('').length <= 5000);
      assert.ok([...permanentTexts(persona), persona.exampleDialogue ?? ''].join('').length <= 6000);
      for (const greeting of greetingsOf(persona)) assert.ok(greeting.length > 200 && greeting.length <= 900, greeting);
    });

    it(`${persona.id} greets whoever is there, not the one human who came first`, () => {
      for (const greeting of greetingsOf(persona)) assert.doesNotMatch(greeting, /\{\{user\}\}|<USER>/i);
    });
  }

  it('use macros that are known, and none that change what stands early', () => {
    for (const persona of personas.list()) {
      const texts = [...permanentTexts(persona), persona.exampleDialogue ?? '', ...greetingsOf(persona)];
      assert.deepEqual(texts.flatMap(unknownMacros), [], persona.id);
      for (const text of [...earlyTexts(persona), persona.exampleDialogue ?? '']) assert.ok(!isVolatile(text), persona.id);
      for (const text of earlyTexts(persona)) assert.doesNotMatch(text, /\{\{user\}\}|<USER>/i, persona.id);
      // A greeting is kept as it was sent: what is drawn in it must not change on the way back.
      for (const text of greetingsOf(persona)) assert.ok(!isVolatile(text), persona.id);
    }
    assert.match(personaNamed('dilys').greeting ?? '', /\{\{pick::/);
    assert.ok(isVolatile(personaNamed('storyteller').postHistoryInstructions ?? ''));
    assert.match(personaNamed('storyteller').postHistoryInstructions ?? '', /\{\{roll:1d20\}\}/);
  });

  it('have nothing that lint warns of, and lorebooks that are there', async () => {
    const options = {
      macros: { unknownIn: unknownMacros, names: knownMacroNames },
      hasLorebook: (name: string) => books.has(name),
    };
    for (const name of readdirSync(folder).filter((file) => /\.(?:yaml|json)$/.test(file)))
      assert.deepEqual(await lintCard(readCard(readFileSync(join(folder, name))).card, options), [], name);
    const worlds = library.flatMap(({ worldName }) => worldName ?? []);
    assert.deepEqual(new Set(worlds), new Set(books.keys()));
  });

  it('hold a scene of three, who know of one another and share a lorebook', () => {
    const scene = ['ember', 'tansy', 'rudd'].map(personaNamed);
    for (const { worldName, tags } of scene) {
      assert.equal(worldName, 'last-lantern');
      assert.ok(tags?.includes('scene'));
    }
    for (const { id, description, scenario } of scene.filter((persona) => persona.id !== 'ember')) {
      for (const other of scene.filter((persona) => persona.id !== id)) {
        const [word = ''] = other.name.split(' ');
        assert.ok(`${description} ${scenario}`.includes(word), `${id} does not know ${word}`);
      }
    }
  });

  it('hold a V3 card with a nickname and a lorebook in it, which comes out as it went in', () => {
    const bytes = readFileSync(join(folder, 'pomfret.json'));
    const { card, format } = readCard(bytes);
    assert.deepEqual([format, card.version, card.fields.nickname], ['json', 3, 'Captain Pomfret']);
    assert.deepEqual(rawOfCard(card, 3), JSON.parse(bytes.toString('utf8')));
    assert.ok(isJsonObject(card.raw.data) && Array.isArray(card.raw.data.group_only_greetings));
    assert.equal(readCard(readFileSync(join(folder, 'ember.yaml'))).card.version, 1);
  });
});
