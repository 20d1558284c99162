// The window of turns that a prompt is made from: its beginning stays the same for as many turns as can be.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { type ConversationSettings, shownText, type Turn } from '../../../src/core/conversation.ts';
import { type Prompt, promptText } from '../../../src/core/prompt.ts';
import { turnId } from '../../../src/memory/format.ts';
import { preparePrompt } from '../../../src/turn/prepare.ts';
import { createFakeEngine } from '../../fakes/engine.ts';
import { shipped } from '../prompt/templates.ts';
import { helper } from './kit.ts';

const { turnsMax, lowWaterShare } = bounds.prompt;

/** A memory of so many short turns, as an array; question and answer in turns. */
const createLongConversation = (length: number) => {
  const all: Turn[] = [];
  let settings: ConversationSettings = {};
  const say = (): void => {
    const number = all.length;
    const isAnswer = number % 2 === 1;
    all.push({
      id: turnId(number),
      role: isAnswer ? 'assistant' : 'user',
      speaker: isAnswer ? { id: 'persona:helper', name: 'Helper' } : { id: 'test:ada', name: 'Ada' },
      alternatives: [`t${number}`],
      shown: 0,
      at: number,
      messageIds: [`m${number}`],
      ...(isAnswer && { replyTo: turnId(number - 1) }),
    });
  };
  while (all.length < length) say();
  return {
    all,
    say,
    remember: (change: ConversationSettings): void => {
      settings = { ...settings, ...change };
    },
    memory: {
      settings: async () => settings,
      configure: async (_key: string, change: object): Promise<void> => {
        settings = { ...settings, ...change };
      },
      count: async () => all.length,
      counts: async (_key: string, toId = '\uffff') => {
        const known = all.filter(({ id }) => id <= toId);
        return { turns: known.length, answers: known.filter(({ role }) => role === 'assistant').length };
      },
      first: async () => all[0],
      turnsOf: async (_key: string, ids: readonly string[]) => all.filter(({ id }) => ids.includes(id)),
      turns: async (_key: string, { fromId = '', toId = '\uffff', newest = Number.POSITIVE_INFINITY } = {}) => {
        const range = all.filter(({ id }) => id >= fromId && id <= toId);
        return range.slice(Math.max(0, range.length - newest));
      },
    },
  };
};

const engine = createFakeEngine({ model: { contextTokens: 100_000 } });
const servicesOf = ({ memory }: Pick<ReturnType<typeof createLongConversation>, 'memory'>) => ({
  memory,
  engine,
  persona: () => helper,
  template: () => shipped('chatml'),
  outputTokensMax: 64,
  stopStrings: [],
  now: () => 0,
  random: () => 0.5,
});

const generate = async (prompt: Prompt): Promise<{ promptTokens: number; cachedTokens: number }> => {
  const request = {
    prompt,
    affinity: 'test',
    sampling: {},
    outputTokensMax: 1,
    stopStrings: [],
    signal: AbortSignal.timeout(60_000),
  };
  for await (const event of engine.generate(request)) if (event.type === 'end') return event.usage;
  assert.fail('no end');
};

describe('a conversation that grows beyond the turns that are read, though all would fit', () => {
  it('keeps its prompt’s beginning for hundreds of turns after each block that is dropped', async () => {
    const long = createLongConversation(turnsMax - 9);
    const starts: (string | undefined)[] = [];
    let rewrites = 0;
    let [before, beforeTokens] = ['', 0];
    for (let exchange = 0; exchange < 30; exchange += 1) {
      const prepared = await preparePrompt(servicesOf(long), 'test', { questionId: long.all.at(-1)?.id ?? '' });
      assert.ok(prepared);
      const { composed, newStartId } = prepared;
      if (newStartId !== undefined) long.remember({ promptStartId: newStartId });
      const text = promptText(composed.prompt);
      const { promptTokens, cachedTokens } = await generate(composed.prompt);
      // All but the end of the prompt before, where the answer begins, is in this one, too.
      if (exchange > 0 && cachedTokens < beforeTokens - 1) rewrites += 1;
      if (newStartId === undefined && exchange > 0) assert.ok(text.startsWith(before), 'the beginning stays');
      assert.ok(composed.dropped.turns === 0);
      starts.push(newStartId);
      [before, beforeTokens] = [text, promptTokens];
      long.say();
      long.say();
    }
    assert.equal(rewrites, 1, 'only the drop itself is read anew');
    const [start, ...more] = starts.filter((id) => id !== undefined);
    assert.deepEqual(more, []);
    const left = long.all.filter(({ id }) => id >= (start ?? '')).length - 60;
    assert.ok(left <= turnsMax * lowWaterShare && left > turnsMax * lowWaterShare - 70, `${left}`);
    assert.equal(long.all.find(({ id }) => id === start)?.role, 'user', 'it begins with a human');
  });

  it('makes the same prompt twice when what it found was not remembered', async () => {
    const long = createLongConversation(turnsMax * 2 + 1);
    const [one, other] = [await preparePrompt(servicesOf(long), 'test'), await preparePrompt(servicesOf(long), 'test')];
    assert.deepEqual(one?.composed.prompt, other?.composed.prompt);
    assert.equal(one?.input.turns.length, Math.floor(turnsMax * lowWaterShare) - 1);
  });
});

describe('a question from before the prompt’s beginning', () => {
  it('is asked again with what stood before it, and the beginning of the others stays as it is', async () => {
    const long = createLongConversation(turnsMax + 901);
    const start = long.all[2000]?.id ?? '';
    long.remember({ promptStartId: start });
    for (const number of [0, 40, 1998]) {
      const prepared = await preparePrompt(servicesOf(long), 'test', { questionId: long.all[number]?.id ?? '' });
      assert.ok(prepared);
      assert.equal(prepared.newStartId, undefined);
      assert.deepEqual(prepared.input.turns.map(shownText).at(-1), `t${number}`);
      assert.match(promptText(prepared.composed.prompt), new RegExp(`\\nt0<[^]*${number === 0 ? '' : `\\nt${number}<`}`));
    }
    assert.equal(await preparePrompt(servicesOf(long), 'test', { questionId: 'unknown' }), undefined);

    const small = createFakeEngine({ model: { contextTokens: 1000 } });
    const fresh = createLongConversation(turnsMax + 901);
    const options = { questionId: fresh.all[800]?.id ?? '' };
    const prepared = await preparePrompt({ ...servicesOf(fresh), engine: small }, 'test', options);
    assert.ok((prepared?.composed.dropped.turns ?? 0) > 0);
    assert.equal(prepared?.newStartId, undefined);
  });
});
