// What the budget is for: prompts that never exceed the context, and of which the engine has nearly all from the answer before.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cutMark } from '../../src/prompt/cut.ts';
import { temporaryFolder, testEngine } from '../fakes/models.ts';
import { templates } from '../unit/prompt/templates.ts';
import { personaOf, type SimulatedAnswer, simulate, wordModel } from './prompt-kit.ts';

const folder = temporaryFolder();
// A question and its answer take about a fortieth of it, as 100 tokens do of 4096.
const engine = testEngine(wordModel(folder.path), { slots: 1, contextTokens: 2048, batchTokens: 512 });
const helper = personaOf('helper');
const ember = personaOf('ember');

before(() => engine.start());
after(async () => {
  await engine.close();
  folder.remove();
});

/** The answers whose beginning the engine can have, each with the one before. */
const followers = (answers: readonly SimulatedAnswer[]) =>
  answers.flatMap((answer, index) => {
    const previous = answers[index - 1];
    return previous === undefined || answer.isAfterDrop ? [] : [{ answer, previous }];
  });

const share = (answers: readonly SimulatedAnswer[]): number => {
  let [cached, all] = [0, 0];
  for (const { answer } of followers(answers)) {
    cached += answer.usage.cachedTokens;
    all += answer.usage.promptTokens;
  }
  return cached / all;
};

/** Answers for which part of the former prompt was evaluated again; a trailing space that joins a word is no such part. */
const rewrites = (answers: readonly SimulatedAnswer[]): number =>
  followers(answers).filter(({ answer, previous }) => answer.usage.cachedTokens < previous.usage.promptTokens - 1).length;

describe('a conversation of 1,000 turns', () => {
  it('of two humans and a character never exceeds the context, and at least 95 % of its prompts come from the cache', async () => {
    const answers = await simulate({ engine, templateId: 'alpaca', persona: ember, humans: ['Ada', 'Bo'], exchanges: 500 });
    const drops = answers.filter((answer) => answer.isAfterDrop).length;
    assert.ok(drops >= 40 && drops <= 100, `${drops} drops`);
    assert.ok(share(answers) >= 0.95, `${share(answers)}`);
    assert.equal(rewrites(answers), 0);
  });
});

describe('a shorter conversation', () => {
  for (const templateId of ['alpaca', 'chatml', 'native'])
    it(`of one human and a helper stays in the cache, with ${templateId}`, async () => {
      const answers = await simulate({ engine, templateId, persona: helper, humans: ['Ada'], exchanges: 90 });
      assert.ok(answers.some((answer) => answer.isAfterDrop));
      assert.ok(share(answers) >= 0.95, `${share(answers)}`);
      assert.equal(rewrites(answers), 0);
    });

  for (const templateId of ['alpaca', 'chatml', 'native'])
    it(`of two humans and a character stays in the cache, with ${templateId}`, async () => {
      const humans = ['Ada', 'Bo'];
      const answers = await simulate({ engine, templateId, persona: ember, humans, exchanges: 70 });
      assert.ok(answers.filter((answer) => answer.isAfterDrop).length >= 3);
      assert.ok(share(answers) >= 0.95, `${share(answers)}`);
      assert.equal(rewrites(answers), 0);
      // Where an answer follows its name and a space, as the model wrote it, it is not read again either.
      if (templates.get(templateId)?.nameOpening)
        for (const { answer, previous } of followers(answers))
          assert.equal(answer.usage.cachedTokens, previous.usage.promptTokens + previous.usage.outputTokens - 1);
    });

  for (const templateId of templates.keys())
    it(`of two humans and a helper is read again once, when names begin to be shown, with ${templateId}`, async () => {
      const answers = await simulate({ engine, templateId, persona: helper, humans: ['Ada', 'Bo'], exchanges: 30 });
      assert.ok(share(answers) >= 0.95, `${share(answers)}`);
      assert.equal(rewrites(answers), 1);
    });
});

describe('a message longer than the context', () => {
  for (const templateId of ['alpaca', 'chatml', 'native', 'llama-2'])
    it(`is cut in the middle with a mark, answered, and no hindrance afterwards, with ${templateId}`, async () => {
      const text = `BEGIN ${Array.from({ length: 4000 }, (_, index) => `w${index}`).join(' ')} END`;
      const answers = await simulate({
        engine,
        templateId,
        persona: helper,
        humans: ['Ada'],
        exchanges: 8,
        says: { 2: text, 5: text },
      });
      const cut = answers.filter((answer) => answer.questionCharactersCut > 0);
      assert.deepEqual(
        [2, 5].map((index) => answers[index]),
        cut,
      );
      for (const answer of cut) {
        assert.match(answer.text, /BEGIN w0 w1 .* w3999 END/s);
        assert.equal(answer.text.split(cutMark).length, 2);
        // As much of it stands as there is room for, give or take a seventh.
        assert.ok(answer.usage.promptTokens > (2048 - 32) * 0.75, `${answer.usage.promptTokens} tokens`);
      }
    });
});
