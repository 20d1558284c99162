// Lore and notes that go by numbers of messages: they count the whole conversation, and an answer made anew counts as it did at first.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { withLore } from '../../../src/app/lore-memory.ts';
import type { Memory } from '../../../src/core/memory.ts';
import { explainConversation } from '../../../src/turn/explain.ts';
import { openConversation } from '../../../src/turn/greet.ts';
import { branch, rewind, undo } from '../../../src/turn/history.ts';
import type { AnswerServices } from '../../../src/turn/make-answer.ts';
import { promptBeforeQuestion } from '../../../src/turn/prefill-ahead.ts';
import { preparePrompt } from '../../../src/turn/prepare.ts';
import { lorebooksWith } from '../commands/lore-kit.ts';
import { type Bench, conversation, createBench, createTestPort, ember, promptAt } from './kit.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-timed-'));
after(() => rmSync(temporary, { recursive: true }));

const where = { conversation, userId: 'test:ada' };

type Timed = Bench & {
  /** The memory as the bot has it: lore follows it. */
  readonly remembered: Memory;
  readonly service: Awaited<ReturnType<typeof lorebooksWith>>['service'];
  /** Whether the book's text stood in a prompt, counted from the first. */
  isIn(index: number): boolean;
};

/** A bench with a book of one entry, which is found by "storm". */
const benchWith = async (fields: string, options: Parameters<typeof createBench>[0] = {}): Promise<Timed> => {
  const book = `name: Storm\nentries:\n  - {id: s, keys: [storm], ${fields}}\n`;
  const { service, attachments } = await lorebooksWith(temporary, { 'storm.yaml': book });
  await attachments.attach({ kind: 'everywhere' }, 'storm');
  const bench = await createBench({ ...options, place: { lore: service, ...options.place } });
  const remembered = withLore(bench.memory, service);
  return { ...bench, remembered, service, isIn: (index) => promptAt(bench, index).includes('It blows.') };
};
const text = 'content: It blows.';

const hereOf = ({ services }: { readonly services: Pick<AnswerServices, 'at'> }) => services.at(undefined);

const turnId = async ({ turns }: Bench, index: number): Promise<string> =>
  (await turns())[index]?.id ?? assert.fail('no such turn');

describe('an answer made anew', () => {
  for (const [fields, said, isIn] of [
    [`${text}, cooldownMessages: 4`, ['storm'], true],
    [`${text}, delayMessages: 2`, ['storm'], false],
    [`${text}, stickyMessages: 2`, ['storm', 'calm'], true],
    [`${text}, stickyMessages: 1`, ['storm', 'calm'], false],
    [`content: "@@dont_activate_after_match\\nIt blows."`, ['storm'], true],
    [`content: "@@activate_only_after 1\\nIt blows."`, ['storm'], false],
  ] as const) {
    it(`has the lore that it had: ${fields}`, async () => {
      const bench = await benchWith(`${fields}, scanDepth: 1`);
      for (const line of said) await bench.say(line);
      const first = promptAt(bench, -1);
      assert.equal(bench.isIn(-1), isIn);
      for (let again = 0; again < 3; again += 1) {
        await bench.reviser.regenerate(where, createTestPort(`answer-${said.length - 1}`));
        assert.equal(promptAt(bench, -1), first);
      }
      await bench.reviser.continueAnswer(where, createTestPort(`answer-${said.length - 1}`));
      assert.equal(bench.isIn(-1), isIn);
      const { parts } = await explainConversation({ ...(await hereOf(bench)), engine: bench.engine }, conversation);
      assert.equal(
        parts.some((part) => part.text.includes('It blows.')),
        isIn,
        'and `/prompt` shows it',
      );
    });
  }

  it('has it though it is an older one, and leaves what later answers began', async () => {
    const bench = await benchWith(`${text}, cooldownMessages: 3, scanDepth: 1`);
    for (let index = 0; index < 4; index += 1) await bench.say('storm');
    // Messages 1, 3, 5 and 7: it is found at 1, bars itself to 4, and is found at 5 again.
    assert.deepEqual([0, 1, 2, 3].map(bench.isIn), [true, false, true, false]);
    for (const [answer, isIn] of [true, false, true, false].entries()) {
      const turn = await turnId(bench, answer * 2 + 1);
      await bench.reviser.regenerate(where, createTestPort(`answer-${answer}`), { turnId: turn });
      assert.equal(bench.isIn(-1), isIn, `answer ${answer}`);
    }
    await bench.say('storm');
    assert.equal(bench.isIn(-1), true, 'at 9: the second time was over at 8');
  });

  it('has it though its question has left the prompt', async () => {
    const bench = await benchWith(`${text}, delayMessages: 3, scanDepth: 1`, { place: { historyTurnsMax: 10 } });
    for (let index = 0; index < 100; index += 1) await bench.say('storm');
    const older = [];
    for (const answer of [0, 1]) {
      await bench.reviser.regenerate(where, createTestPort(`answer-${answer}`), { turnId: await turnId(bench, answer * 2 + 1) });
      older.push(bench.isIn(-1));
    }
    assert.deepEqual(older, [false, true]);
  });

  it('counts without what others said since, and without answers to them', async () => {
    const bench = await benchWith(`${text}, delayMessages: 2, scanDepth: 1`);
    await bench.say('storm', { id: 'q' });
    await bench.say('What a day.', { addressed: 'none', author: { id: 'test:bo', name: 'Bo', isBot: false } });
    await bench.say('Indeed?');
    await bench.reviser.regenerate(where, createTestPort('answer-0'), { turnId: await turnId(bench, 1) });
    assert.equal(bench.isIn(-1), false);
  });
});

describe('timed lore', () => {
  it('begins with no line that is written for a human, and stands in what is read ahead as it will stand', async () => {
    const bench = await benchWith(`${text}, cooldownMessages: 4, scanDepth: 2`);
    await bench.say('calm');
    await bench.memory.append(conversation, {
      role: 'user',
      speaker: { id: 'test:ada', name: 'Ada' },
      text: 'storm',
      at: 0,
      messageIds: [],
    });
    await bench.reviser.impersonate(where, { id: 'test:ada', name: 'Ada' }, createTestPort('x'));
    await bench.say('And?');
    assert.equal(bench.isIn(-1), true);
    const delayed = await benchWith('content: "@@activate\\nIt blows.", delayMessages: 3, position: before');
    await delayed.say('calm');
    const here = await hereOf(delayed);
    assert.match(JSON.stringify(await promptBeforeQuestion(here, conversation)), /It blows/, 'the question will be the third');
  });

  it('is undone with what is taken back, whatever was said since', async () => {
    const bench = await benchWith(`${text}, cooldownMessages: 40, scanDepth: 1`);
    await bench.say('calm');
    await bench.say('storm');
    assert.equal(bench.isIn(-1), true);
    const chatter = { addressed: 'none', author: { id: 'test:bo', name: 'Bo', isBot: false } } as const;
    for (const line of ['So?', 'Well.', 'Hm.']) await bench.say(line, chatter);
    await undo({ memory: bench.remembered, queue: bench.services.queue }, conversation);
    await bench.say('storm');
    assert.equal(bench.isIn(-1), true, 'undone with its question');

    const begun = (await bench.turns()).at(-1)?.messageIds ?? [];
    await bench.say('storm');
    assert.equal(bench.isIn(-1), false);
    await bench.remembered.deleteMessages(conversation, begun);
    for (const line of ['So?', 'Well.', 'Hm.']) await bench.say(line, chatter);
    await bench.say('storm');
    assert.equal(bench.isIn(-1), true, 'deleted with its answer');

    await rewind({ memory: bench.remembered, queue: bench.services.queue }, conversation, 'm0');
    for (let line = 0; line < 20; line += 1) await bench.say('Hm.', chatter);
    await bench.say('storm');
    assert.equal(bench.isIn(-1), true, 'rewound');
    await bench.remembered.reset(conversation);
    for (let line = 0; line < 30; line += 1) await bench.say('Hm.', line === 0 ? {} : chatter);
    await bench.say('storm');
    assert.equal(bench.isIn(-1), true, 'reset');
  });

  it('keeps its time where an earlier message is deleted', async () => {
    const bench = await benchWith(`${text}, cooldownMessages: 3, scanDepth: 1`);
    for (const line of ['calm', 'calm', 'storm']) await bench.say(line);
    await bench.remembered.deleteMessages(conversation, ['m0', 'answer-0']);
    await bench.say('storm');
    await bench.say('storm');
    assert.deepEqual([-3, -2, -1].map(bench.isIn), [true, false, true]);
  });

  it('goes with a branch as it was there, however much of the conversation is copied', async () => {
    const bench = await benchWith(`${text}, cooldownMessages: 6, scanDepth: 1`);
    for (const line of ['calm', 'storm', 'calm', 'calm']) await bench.say(line);
    const askIn = async (key: string, count: number): Promise<boolean> => {
      for (let line = 0; line < count; line += 1)
        await bench.memory.append(key, {
          role: 'user',
          speaker: { id: 'test:ada', name: 'Ada' },
          text: 'storm',
          at: 0,
          messageIds: [],
        });
      const prepared = await preparePrompt(await hereOf(bench), key);
      return JSON.stringify(prepared?.composed.prompt).includes('It blows.');
    };
    await branch({ memory: bench.remembered }, conversation, 'test:whole');
    assert.deepEqual([await askIn('test:whole', 1), await askIn('test:whole', 1)], [false, true]);
    await bench.remembered.copy(conversation, 'test:late', { newest: 3 });
    assert.deepEqual([await askIn('test:late', 1), await askIn('test:late', 1)], [false, true]);
    // Up to the question: the answer that began it is not there.
    await branch({ memory: bench.remembered }, conversation, 'test:before', 'm1');
    assert.equal(await askIn('test:before', 4), true);
  });
});

describe('numbers of messages', () => {
  it('are those of the whole conversation, long after its beginning has left the prompt', async () => {
    const note = { text: 'Mind the gap.', interval: 10, position: { at: 'depth', depth: 1 }, role: 'system' } as const;
    const book = `content: "@@activate_only_every 7\\nIt blows.", isConstant: true`;
    const bench = await benchWith(book, { place: { historyTurnsMax: 12 } });
    await bench.memory.configure(conversation, { note });
    const [noted, told]: [number[], number[]] = [[], []];
    for (let question = 1; question <= 40; question += 1) {
      await bench.say(`Message ${question}.`);
      if (promptAt(bench, -1).includes('Mind the gap.')) noted.push(question);
      if (bench.isIn(-1)) told.push(question - 1);
    }
    assert.doesNotMatch(promptAt(bench, -1), /Message 20\./);
    assert.deepEqual(noted, [10, 20, 30, 40]);
    assert.deepEqual(told, [0, 7, 14, 21, 28, 35]);
    await bench.reviser.regenerate(where, createTestPort('answer-39'));
    assert.match(promptAt(bench, -1), /Mind the gap\./);
  });

  it('are the same for a member of a scene that came late', async () => {
    const bench = await benchWith(`content: "@@activate_only_after 2\\nIt blows.", isConstant: true`, {
      place: { personaById: (id) => (id === 'ember' ? ember : undefined), persona: () => ember },
    });
    await bench.say('One.');
    await bench.say('Two.');
    const joinedAfterId = await turnId(bench, 3);
    await bench.memory.configure(conversation, {
      scene: { members: [{ personaId: 'ember', joinedAfterId }], speaking: 'list', cards: 'swap' },
      note: { text: 'Mind the gap.', interval: 3, position: { at: 'depth', depth: 1 }, role: 'system' },
    });
    await bench.say('Three.');
    assert.match(promptAt(bench, -1), /Mind the gap\./);
    assert.doesNotMatch(promptAt(bench, -1), /Two\./);
    assert.equal(bench.isIn(-1), true);
  });
});

it('lore stands behind the personality and the scenario, where it asks for that and they are there', async () => {
  const book = (position: string): string => `content: "@@position ${position}\\nIt blows.", isConstant: true, position: before`;
  const persona = { ...ember, personality: 'Sly.', scenario: 'A den.' };
  const promptOf = async (position: string, options: Parameters<typeof createBench>[0], scenario?: string): Promise<string> => {
    const bench = await benchWith(book(position), options);
    if (scenario) await bench.memory.configure(conversation, { scenario });
    await bench.say('Well?');
    return promptAt(bench, -1);
  };
  assert.match(await promptOf('personality', { persona }), /personality: Sly\.\n\nIt blows\.\n\nScenario: A den\./);
  assert.match(await promptOf('scenario', { persona }), /Scenario: A den\.\n\nIt blows\./);
  assert.match(await promptOf('scenario', { persona: ember }), /It blows\.\n\nEmber is a fox\./);
  assert.match(await promptOf('scenario', { persona: ember }, 'At sea.'), /Scenario: At sea\.\n\nIt blows\./);
});

describe('@@is_greeting', () => {
  const persona = { ...ember, greeting: 'Hello.', alternateGreetings: ['', 'Hello.', 'Go away!'] };
  const book = `content: "@@is_greeting 3\\nIt blows.", isConstant: true`;

  it('goes by the greeting that is shown, as the card counts them', async () => {
    const bench = await benchWith(book, { persona });
    await openConversation(bench.services, conversation, persona, createTestPort('greeting'));
    await bench.say('Well?');
    assert.equal(bench.isIn(-1), false);
    await bench.reviser.swipe(conversation, createTestPort('greeting'), { turnId: await turnId(bench, 0), by: 1 });
    await bench.say('And now?');
    assert.equal(bench.isIn(-1), true);
    // A text that was written in place of a greeting is none.
    await bench.reviser.regenerate(where, createTestPort('greeting'), { turnId: await turnId(bench, 0) });
    await bench.say('And now?');
    assert.equal(bench.isIn(-1), false);
  });

  it('is for no conversation that began without one, and asks for nothing where no entry depends on it', async () => {
    const bench = await benchWith(book, { persona });
    await bench.say('Well?');
    assert.equal(bench.isIn(-1), false);
    const other = await benchWith(`${text}, isConstant: true`, { persona });
    await other.say('Well?');
    const here = await hereOf(other);
    const first = async () => assert.fail('nobody needs to know');
    await preparePrompt({ ...here, memory: { ...here.memory, first } }, conversation);
  });
});
