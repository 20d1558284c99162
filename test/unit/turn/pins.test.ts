// Pinned turns stay in the prompt when what stood around them is dropped, at its beginning, which stays the same.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { shownText, type Turn } from '../../../src/core/conversation.ts';
import type { LayoutForm } from '../../../src/core/layout.ts';
import { inEnglish } from '../../../src/core/sentence.ts';
import { explainConversation } from '../../../src/turn/explain.ts';
import { rewind, undo } from '../../../src/turn/history.ts';
import type { PlaceServices } from '../../../src/turn/respond.ts';
import { type Bench, conversation, createBench, createTestPort, ember, helper, promptAt } from './kit.ts';

const contextTokens = 700;
const open = (options: Parameters<typeof createBench>[0] = {}): Promise<Bench> =>
  createBench({ model: { contextTokens }, answers: ['I did this and that.'], ...options });
const talkOn = async (bench: Bench, count = 25): Promise<void> => {
  for (let number = 0; number < count; number += 1) await bench.say(`What did you do on the day number ${number} of the year?`);
};
const turnOf = async (bench: Bench, text: string): Promise<Turn> =>
  (await bench.turns()).find((turn) => shownText(turn).includes(text)) ?? assert.fail(text);
const pin = async (bench: Bench, text: string): Promise<void> => {
  assert.equal(await bench.memory.pin(conversation, (await turnOf(bench, text)).id, true), 'changed');
};
const explained = async (bench: Bench) => {
  const { at }: { at(place: undefined): Promise<PlaceServices> } = bench.services;
  return (await explainConversation({ ...(await at(undefined)), engine: bench.engine }, conversation)).parts;
};
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('a pinned turn', () => {
  it('stays, as what it is, in front of the turns that stay anyway', async () => {
    const bench = await open();
    await bench.say('The password is swordfish.');
    await bench.say('Something else.');
    await pin(bench, 'swordfish');
    await talkOn(bench);
    const prompt = promptAt(bench, -1);
    assert.match(
      prompt,
      /<\|im_end\|>\n<\|im_start\|>user\nThe password is swordfish\.<\|im_end\|>\n<\|im_start\|>user\nWhat did/,
    );
    assert.equal(count(prompt, 'swordfish'), 1);
    assert.ok(!prompt.includes('Something else.'));
    const parts = await explained(bench);
    assert.deepEqual(
      parts.filter(({ text }) => text.includes('swordfish')).map(({ source, state }) => [source, state]),
      [['pinned turn of Ada', 'kept']],
    );
  });

  it('stands once where it is among the turns that stay, and stays when those are dropped', async () => {
    const bench = await open();
    await talkOn(bench, 4);
    await bench.say('The password is swordfish.');
    await pin(bench, 'swordfish');
    for (let number = 0; number < 60; number += 1) {
      await bench.say(`And on the night number ${number}, what was it that you did?`);
      assert.equal(count(promptAt(bench, -1), 'swordfish'), 1, `after ${number}`);
    }
  });

  it('goes again when it is let go, or removed, however it is', async () => {
    const leaving: Readonly<Record<string, (bench: Bench, turn: Turn) => Promise<unknown>>> = {
      unpin: ({ memory }, { id }) => memory.pin(conversation, id, false),
      remove: ({ memory }, { id }) => memory.remove(conversation, [id]),
      delete: ({ memory }, { messageIds }) => memory.deleteMessages(conversation, messageIds),
      rewind: async (bench) => rewind(bench.services, conversation, (await bench.turns())[0]?.messageIds[0] ?? ''),
      reset: ({ memory }) => memory.reset(conversation),
    };
    for (const [how, leave] of Object.entries(leaving)) {
      const bench = await open();
      await bench.say('Hello.');
      await bench.say('The password is swordfish.');
      await pin(bench, 'swordfish');
      await talkOn(bench);
      await leave(bench, await turnOf(bench, 'swordfish'));
      await bench.say('What was the password?');
      assert.ok(!promptAt(bench, -1).includes('swordfish'), how);
      assert.equal((await bench.memory.settings(conversation)).pins, undefined, how);
    }
  });

  it('goes with an exchange that is taken back, question or answer', async () => {
    for (const text of ['swordfish', 'I did this and that.']) {
      const bench = await open();
      await bench.say('Hello.');
      await bench.say('The password is swordfish.');
      const turns = await bench.turns();
      const pinned = turns.findLast((turn) => shownText(turn).includes(text)) ?? assert.fail();
      await bench.memory.pin(conversation, pinned.id, true);
      await undo(bench.services, conversation);
      assert.equal((await bench.memory.settings(conversation)).pins, undefined);
    }
  });

  it('shows what it says now: an edit, or another swipe', async () => {
    const bench = await open();
    await bench.say('The password is swordfish.');
    const { id, messageIds } = await turnOf(bench, 'swordfish');
    await bench.memory.pin(conversation, id, true);
    await talkOn(bench);
    await bench.memory.editMessage(conversation, messageIds[0] ?? '', 'The password is marlin.');
    await bench.say('Well?');
    assert.ok(promptAt(bench, -1).includes('marlin') && !promptAt(bench, -1).includes('swordfish'));
  });

  it('can be an answer, whose question is dropped', async () => {
    const bench = await open({
      answerTo: ({ prompt }) => (JSON.stringify(prompt.slice(-3)).includes('password') ? 'It is swordfish.' : 'Yes.'),
      persona: ember,
    });
    await bench.say('What is the password?');
    await pin(bench, 'swordfish');
    await talkOn(bench, 30);
    assert.ok(promptAt(bench, -1).includes('Ember: It is swordfish.'));
    assert.ok(!promptAt(bench, -1).includes('What is the password?'));
  });

  it('is known to a member of a scene only if it was there', async () => {
    const bench = await open({ place: { personaById: () => helper } });
    await bench.say('The password is swordfish.');
    const joinedAfterId = (await bench.turns()).at(-1)?.id ?? '';
    await pin(bench, 'swordfish');
    await talkOn(bench);
    const scene = { members: [{ personaId: helper.id, joinedAfterId }], speaking: 'list', cards: 'swap' } as const;
    await bench.memory.configure(conversation, { scene });
    await bench.say('Well?');
    assert.ok(promptAt(bench, -1).includes('Well?') && !promptAt(bench, -1).includes('swordfish'));
    await bench.memory.configure(conversation, { scene: { ...scene, members: [{ personaId: helper.id }] } });
    await bench.say('Well?');
    assert.ok(promptAt(bench, -1).includes('swordfish'));
  });

  it('stands in what a human could say next, from the other side', async () => {
    const bench = await open();
    await bench.say('The password is swordfish.');
    await pin(bench, 'swordfish');
    await talkOn(bench);
    await bench.reviser.impersonate({ conversation, userId: 'test:ada' }, { id: 'test:ada', name: 'Ada' }, createTestPort('x'));
    assert.match(promptAt(bench, -1), /<\|im_start\|>assistant\n(?:Ada: )?The password is swordfish\./);
  });

  it('is not there for a question that was asked before it was said', async () => {
    const bench = await open();
    await bench.say('Who are you?');
    const { id: turnId } = (await bench.turns()).at(-1) ?? assert.fail();
    await bench.say('The password is swordfish.');
    await pin(bench, 'swordfish');
    await talkOn(bench);
    await bench.reviser.regenerate({ conversation, userId: 'test:ada' }, createTestPort('x'), { turnId });
    assert.ok(promptAt(bench, -1).includes('Who are you?') && !promptAt(bench, -1).includes('swordfish'));
  });

  it('stands in front of a layout’s history, once', async () => {
    const slot = (name: 'speaker' | 'text' | 'history' | 'question') => ({ kind: 'slot', slot: name }) as const;
    const line: LayoutForm = [slot('speaker'), { kind: 'text', text: ': ' }, slot('text'), { kind: 'text', text: '\n' }];
    const layout = {
      message: [slot('text')],
      history: { turnsMax: 4, tokensMax: 60, line, none: '' },
      instruction: [slot('history'), slot('question')],
      opensWithName: false,
    };
    const bench = await open({ place: { layout } });
    await bench.say('The password is swordfish.');
    await pin(bench, 'swordfish');
    for (let number = 0; number < 12; number += 1) {
      await bench.say(`And on the night number ${number}, what was it that you did?`);
      const prompt = promptAt(bench, -1);
      assert.equal(count(prompt, 'Ada: The password is swordfish.\n'), 1, `after ${number}`);
      if (number > 4) assert.match(prompt, /user\nAda: The password is swordfish\.\n(?:Ada|Helper): /);
    }
  });
});

describe('pinned turns together', () => {
  const long = (number: number): string =>
    `Rule ${number}: ${Array.from({ length: 16 }, (_, index) => `word${index}`).join(' ')}.`;

  it('take a quarter of the prompt at most; those pinned first leave, and /prompt says so', async () => {
    const bench = await open();
    for (let number = 0; number < 8; number += 1) await bench.say(long(number));
    // Not in the order in which they were said.
    for (const number of [3, 0, 7, 1, 5]) await pin(bench, `Rule ${number}:`);
    await talkOn(bench, 30);
    const prompt = promptAt(bench, -1);
    const rules = [...prompt.matchAll(/Rule (\d):/g)].map(([, number]) => number);
    assert.deepEqual(rules, ['1', '5', '7'], 'the last three that were pinned, in the order in which they were said');
    const lost = (await explained(bench)).filter(({ source, state }) => source === 'pinned turn of Ada' && state === 'dropped');
    assert.deepEqual(lost.map(({ text }) => text.slice(0, 6)).toSorted(), ['Rule 0', 'Rule 3']);
    assert.match(inEnglish(lost[0]?.reason ?? assert.fail()), /at most 25 % of the prompt.*what was pinned first leaves first/);
    const [tokens = 0] = await bench.engine.countTokens([
      [{ kind: 'text', text: /Rule 1:.*Rule 7:.*?word15\./s.exec(prompt)?.[0] ?? assert.fail() }],
    ]);
    assert.ok(tokens <= (contextTokens - 64) * bounds.pins.shareMax, `${tokens} tokens`);
  });

  it('are not made to leave by one that would not fit by itself', async () => {
    const bench = await open();
    await bench.say(long(1));
    await bench.say(`Rule 2: ${'far too long '.repeat(40)}`);
    await pin(bench, 'Rule 1:');
    await pin(bench, 'Rule 2:');
    await talkOn(bench);
    assert.ok(promptAt(bench, -1).includes('Rule 1:') && !promptAt(bench, -1).includes('Rule 2:'));
    assert.ok((await explained(bench)).some(({ text, reason }) => text.startsWith('Rule 2:') && reason !== undefined));
  });

  it('give way to the question', async () => {
    const bench = await open();
    for (const number of [1, 2, 3]) await bench.say(long(number));
    for (const number of [1, 2, 3]) await pin(bench, `Rule ${number}:`);
    await talkOn(bench);
    await bench.say(`Why? ${'so '.repeat(200)}`);
    const prompt = promptAt(bench, -1);
    assert.ok(!prompt.includes('Rule') && !prompt.includes('[… cut …]'), prompt);
    await bench.say('Well?');
    assert.equal(count(promptAt(bench, -1), 'Rule'), 3);
  });

  it('leave the prompt’s beginning as it is, and cost reading nothing', async () => {
    const bench = await open({ model: { contextTokens: 2048 } });
    for (const number of [1, 2, 3]) await bench.say(long(number));
    for (const number of [3, 1, 2]) await pin(bench, `Rule ${number}:`);
    let [cached, all, drops] = [0, 0, 0];
    let start: string | undefined;
    for (let number = 0; number < 200; number += 1) {
      await bench.say(`Does the fox still live in the mill? ${number}`);
      const { promptStartId } = await bench.memory.settings(conversation);
      const fields = bench.log.findLast(({ text }) => text === 'answered')?.fields ?? assert.fail();
      assert.ok(Number(fields.promptTokens) <= 2048 - 64);
      assert.equal(count(promptAt(bench, -1), 'Rule'), 3);
      if (promptStartId === start) {
        cached += Number(fields.cachedTokens);
        all += Number(fields.promptTokens);
      } else drops += 1;
      start = promptStartId;
    }
    assert.ok(drops >= 3 && drops <= 20, `${drops} drops`);
    assert.ok(cached / all >= 0.95, `${cached / all}`);
    assert.ok((start ?? '') > (await turnOf(bench, 'Rule 3:')).id, 'the beginning only moves forwards');
  });
});
