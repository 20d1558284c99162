// Answers written again and continued on the real engine: what is evaluated, and that the text goes on to the letter.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { shownText } from '../../src/core/conversation.ts';
import { createReviser } from '../../src/turn/revise.ts';
import { createTalk } from './talk-kit.ts';

let outputTokensMax = 8;
let temperature = 0;
const { engine, memory, usages, services, port, ask, close } = await createTalk({ contextTokens: 2048 }, () => ({
  outputTokensMax,
  sampling: { temperature, repeatPenalty: 1, seed: 5 },
}));
const reviser = createReviser(services);
const lastAnswer = async (conversation: string) => (await memory.turns(conversation)).at(-1) ?? assert.fail('no answer');

before(() => engine.start());
after(close);

describe('an answer on the real engine', () => {
  it('is written again without reading more than the prompt’s last token', async () => {
    const where = { conversation: 'test:again', userId: 'test:ada' };
    for (const text of ['what have you had?', 'and what would they say?']) await ask(where.conversation, text);
    temperature = 2;
    const turn = await reviser.regenerate(where, port());
    temperature = 0;
    const [, first, again] = usages.slice(-3);
    assert.equal(again?.promptTokens, first?.promptTokens);
    assert.equal(again?.cachedTokens, (again?.promptTokens ?? 0) - 1);
    assert.equal(turn?.alternatives.length, 2);
    assert.notEqual(turn?.alternatives[0], turn?.alternatives[1]);

    // With a wish: what stood before the question stays.
    await reviser.regenerate(where, port(), { guidance: 'they say what they had' });
    const guided = usages.at(-1);
    const [earlier] = usages.slice(-4);
    assert.ok((guided?.cachedTokens ?? 0) >= (earlier?.promptTokens ?? 0), JSON.stringify(usages));
  });

  it('is continued to the letter, reading nothing of it again', async () => {
    const where = { conversation: 'test:on', userId: 'test:ada' };
    await ask(where.conversation, 'what have you had?');
    const first = usages.at(-1);
    const beginning = shownText(await lastAnswer(where.conversation));
    const turn = await reviser.continueAnswer(where, port());
    const usage = usages.at(-1);
    assert.equal(usage?.promptTokens, (first?.promptTokens ?? 0) + 8);
    assert.equal(usage?.cachedTokens, (usage?.promptTokens ?? 0) - 1);
    assert.equal(usage?.outputTokens, 8);

    outputTokensMax = 16;
    await ask('test:in one go', 'what have you had?');
    outputTokensMax = 8;
    const whole = shownText(await lastAnswer('test:in one go'));
    assert.equal(turn && shownText(turn), whole);
    assert.ok(whole.startsWith(beginning) && whole.length > beginning.length);
  });
});
