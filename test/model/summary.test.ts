// The rolling summary on the real engine: made only while nobody waits, given up for whoever asks, and never in place of what is stored.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Turn } from '../../src/core/conversation.ts';
import type { Engine, GenerateEvent, GenerateRequest } from '../../src/core/engine.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { Persona } from '../../src/core/persona.ts';
import { promptText } from '../../src/core/prompt.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { createAnswerQueue } from '../../src/queue/answer-queue.ts';
import { openStore } from '../../src/store/store.ts';
import { createRecentAnswers } from '../../src/trigger/index.ts';
import { createBesideAnswers } from '../../src/turn/beside-answers.ts';
import { createArrivals, type RespondServices, respond } from '../../src/turn/respond.ts';
import { createManualTimers } from '../fakes/manual-timers.ts';
import { temporaryFolder, testEngine } from '../fakes/models.ts';
import { shipped } from '../unit/prompt/templates.ts';
import { createTestPort, replyDefaults, triggerDefaults } from '../unit/turn/kit.ts';
import { wordModel } from './prompt-kit.ts';

const folder = temporaryFolder();
const real = testEngine(wordModel(folder.path), { slots: 1, contextTokens: 512, batchTokens: 256 });
const memory = createMemory({ store: await openStore('memory://'), now: () => 0 });
const persona: Persona = { id: 'wren', name: 'Wren', summary: '', systemPrompt: 'Talk.' };
const timers = createManualTimers();

/** What the engine was asked for, in order, each with how it ended. */
const asked: { readonly kind: 'summary' | 'answer'; readonly prompt: string; end?: string }[] = [];
/** Summaries that were begun while somebody waited. */
const inFrontOfSomebody: string[] = [];
/** Called with the first text of a summary. */
let onSummary: () => unknown = () => {};

async function* generate(request: GenerateRequest): AsyncIterable<GenerateEvent> {
  const kind = request.affinity.startsWith('summary:') ? 'summary' : 'answer';
  const state = beside.queue.state();
  if (kind === 'summary' && state.waiting + state.running > 0) inFrontOfSomebody.push(request.affinity);
  const entry: (typeof asked)[number] = { kind, prompt: promptText(request.prompt) };
  asked.push(entry);
  let isFirst = true;
  for await (const event of real.generate(request)) {
    if (event.type === 'end') entry.end = event.reason;
    else if (isFirst && kind === 'summary') await onSummary();
    isFirst = false;
    yield event;
  }
}
const engine: Engine = {
  ...real,
  get model() {
    return real.model;
  },
  generate,
};
const at: RespondServices['at'] = async () => ({
  ...{ memory, engine, persona: () => persona, template: () => shipped('chatml') },
  ...{ outputTokensMax: 12, stopStrings: [], sampling: { temperature: 0.8 }, reasoning: 'hide' },
  ...{ trigger: triggerDefaults, reply: replyDefaults, now: () => 0, random: () => 0.5 },
});
const base = { memory, engine, logger: silentLogger, now: () => 0, at, random: () => 0.5 };
const beside = createBesideAnswers({
  ...base,
  queue: createAnswerQueue({ slots: () => 1, bounds: { total: 9, perConversation: 9, perUser: 9 }, now: () => 0 }),
  timers,
  portOn: () => assert.fail('no further answers here'),
  makesSummaries: () => true,
});
const services: RespondServices = {
  ...base,
  ...beside,
  recentAnswers: createRecentAnswers(),
  arrivals: createArrivals(),
  listen: 'channel',
};

let questions = 0;
const say = async (
  conversation: string,
  text = 'what have they had in the house by the water, and who has been there since then with them, or what would they have said?',
) => {
  questions += 1;
  const author = { id: 'test:ada', name: 'Ada', isBot: false };
  const port = createTestPort(`answer-${questions}`);
  const message = {
    conversation,
    id: `question-${questions}`,
    author,
    text: `${questions}: ${text}`,
    at: 0,
    addressed: 'direct',
  } as const;
  await respond(services, message, port);
  assert.deepEqual(port.notices, []);
};
const sayMuch = async (conversation: string): Promise<void> => {
  for (let number = 0; number < 14; number += 1) await say(conversation);
};
const summariesOf = (): typeof asked => asked.filter(({ kind }) => kind === 'summary');
/** Lets it be quiet until something holds; the engine works in its own time. */
const quietUntil = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await holds()) return;
    await timers.pass(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(what);
};
/** Whether all that has left the prompt is summarised. */
const isWhole = async (conversation: string): Promise<boolean> => {
  const { summary, promptStartId } = await memory.settings(conversation);
  if (summary === undefined || promptStartId === undefined) return false;
  const gone = (await memory.turns(conversation)).filter(({ id }) => id < promptStartId);
  return summary.throughId === gone.at(-1)?.id;
};
const idsOf = (turns: readonly Turn[]): readonly string[] => turns.map(({ id }) => id);

before(() => real.start());
after(async () => {
  await beside.close();
  await real.close();
  await memory.close();
  folder.remove();
});

describe('a summary', () => {
  it('is made once it is quiet, of what has left the prompt, and takes its place there alone', async () => {
    const conversation = 'test:quiet';
    for (let number = 0; number < 14; number += 1) {
      await say(conversation);
      await timers.pass(2000); // less than it has to be quiet for
    }
    const { promptStartId = assert.fail('nothing was dropped') } = await memory.settings(conversation);
    assert.equal(summariesOf().length, 0, 'not while people talk');
    const before = await memory.turns(conversation);
    await quietUntil(() => isWhole(conversation), 'a summary of all that is gone');
    assert.ok(
      summariesOf().every(({ prompt }) => !prompt.includes(`${questions}: what`)),
      'what stands in the prompt is not summarised',
    );
    const { summary = assert.fail() } = await memory.settings(conversation);
    assert.ok(summary.text.split(/\s+/).length <= 250);

    const turns = await memory.turns(conversation);
    assert.deepEqual(turns, before, 'the turns stay stored');
    assert.ok(idsOf(turns).some((id) => id < promptStartId));
    await say(conversation);
    const prompt = asked.at(-1)?.prompt ?? '';
    assert.ok(prompt.includes(`What was said before, in short: ${summary.text}`), prompt);
    assert.ok(!prompt.includes('1: what have'), 'the turn itself stays out');
  });

  it('is given up for whoever asks, and made afterwards', async () => {
    const conversation = 'test:asked';
    await sayMuch(conversation);
    const from = asked.length;
    let answering: Promise<void> | undefined;
    onSummary = () => {
      answering ??= say(conversation, 'wait');
    };
    await quietUntil(async () => answering !== undefined, 'a summary to begin');
    await answering;
    onSummary = () => {};
    const [given, answer] = asked.slice(from);
    assert.deepEqual([given?.kind, given?.end, answer?.kind], ['summary', 'aborted', 'answer']);
    assert.equal((await memory.settings(conversation)).summary, undefined, 'half a summary is none');
    await quietUntil(() => isWhole(conversation), 'a summary after all');
  });

  it('that people have written is kept, stands in the prompt, and is what the next one goes on from', async () => {
    const conversation = 'test:edited';
    await sayMuch(conversation);
    let edited = false;
    onSummary = async () => {
      if (edited) return;
      edited = true;
      const { summary } = await memory.settings(conversation);
      await memory.configure(conversation, { summary: { text: 'They met at the mill.', throughId: summary?.throughId ?? '' } });
    };
    await quietUntil(async () => edited, 'a summary to begin');
    await quietUntil(async () => summariesOf().at(-1)?.end !== undefined, 'its end');
    await timers.pass(0);
    assert.equal((await memory.settings(conversation)).summary?.text, 'They met at the mill.', 'the model’s does not go over it');
    await say(conversation);
    assert.match(asked.at(-1)?.prompt ?? '', /in short: They met at the mill\./);
    await sayMuch(conversation);
    await quietUntil(() => isWhole(conversation), 'the next summary');
    const next = summariesOf().filter(({ prompt }) => prompt.includes('They met at the mill.'));
    assert.ok(next.length > 0 && next.every(({ prompt }) => /Summary of what was said before:\nThey met/.test(prompt)));
    onSummary = () => {};
  });

  it('is neither made nor used where it is switched off, and nothing is lost by that', async () => {
    const conversation = 'test:off';
    await memory.configure(conversation, { isSummarised: false, summary: { text: 'An old one.', throughId: '' } });
    const from = summariesOf().length;
    await sayMuch(conversation);
    await timers.pass(60_000);
    await timers.pass(60_000);
    assert.equal(summariesOf().length, from);
    assert.doesNotMatch(asked.at(-1)?.prompt ?? '', /An old one/);
    assert.equal((await memory.turns(conversation)).length, 28);
    // Asked for, it is made at once all the same.
    const made = await beside.summariser.make({ conversation }, new AbortController().signal);
    assert.ok(made && made.text !== '');
  });

  it('has never been begun while somebody waited', () => assert.deepEqual(inFrontOfSomebody, []));
});
