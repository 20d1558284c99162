import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { type CommandOutcome, runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Persona } from '../../../src/core/persona.ts';
import type { Place } from '../../../src/core/settings.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { openStore } from '../../../src/store/store.ts';
import { explainConversation } from '../../../src/turn/explain.ts';
import { createFakeEngine } from '../../fakes/engine.ts';
import { shipped } from '../prompt/templates.ts';
import { createTestServices, everyone } from './services.ts';

const moderator: CommandContext = { ...everyone, rank: 'moderator' };
const quill: Persona = {
  id: 'quill',
  name: 'Quill',
  summary: 'A poet.',
  systemPrompt: 'You are {{char}}.',
  description: '{{char}} keeps a secret drawer.',
  exampleDialogue: '<START>\n{{user}}: Hello\n{{char}}: Hm.',
};

/** A bot with a real memory and the real composing, over a small context. */
const createBot = async (contextTokens = 400) => {
  const memory = createMemory({ store: await openStore('memory://'), now: () => 0 });
  const engine = createFakeEngine({ model: { contextTokens } });
  const places: (Place | undefined)[] = [];
  const services = createTestServices({
    explain: (conversation, place) => {
      places.push(place);
      return explainConversation(
        {
          memory,
          engine,
          persona: () => quill,
          template: () => shipped('alpaca'),
          outputTokensMax: 50,
          stopStrings: ['###'],
          now: () => 0,
          random: () => 0.5,
        },
        conversation,
      );
    },
  });
  let count = 0;
  const say = async (role: 'user' | 'assistant', name: string, text: string, replyTo?: string): Promise<string> => {
    count += 1;
    const { turn } = await memory.append('terminal:local', {
      role,
      speaker: { id: role === 'user' ? `terminal:${name}` : `persona:${quill.id}`, name },
      text,
      at: count,
      messageIds: [`m${count}`],
      ...(replyTo !== undefined && { replyTo }),
    });
    return turn.id;
  };
  const call = (context: CommandContext = moderator): Promise<CommandOutcome> =>
    runCommand(createCommands(services), context, 'prompt', {}, silentLogger);
  return { memory, engine, places, say, call };
};

test('/prompt is for moderators and owners, and only they see what it says', async () => {
  const { call, say } = await createBot();
  await say('user', 'Ash', 'What is in the drawer?');
  const refused = await call(everyone);
  assert.equal(refused.isFailure, true);
  assert.match(refused.text, /moderators only/);
  assert.doesNotMatch(refused.text, /drawer/);
  for (const rank of ['moderator', 'owner'] as const) {
    const { text, isPrivate, isFailure } = await call({ ...everyone, rank });
    assert.deepEqual([isPrivate, isFailure], [true, false]);
    assert.match(text, /description: Quill keeps a secret drawer\./);
  }
});

test('/prompt shows budget, template, stop strings and parts, whose tokens add up to the whole', async () => {
  const { call, say, places } = await createBot();
  const question = await say('user', 'Ash', 'Good evening!');
  await say('assistant', 'Quill', 'Is it?', question);
  await say('user', 'Bo', 'It is.');
  const { text } = await call({ ...moderator, place: { channelIds: ['7'], serverId: '8' } });
  const [, whole] = /has (\d+) tokens/.exec(text) ?? [];
  const parts = [...text.matchAll(/^- (\d+) tokens?: /gm)].map(([, tokens]) => Number(tokens));
  assert.equal(
    parts.reduce((sum, tokens) => sum + tokens, 0),
    Number(whole),
  );
  assert.match(text, /Persona: Quill\. Template: alpaca\. Model: Fake\./);
  assert.match(text, /400 tokens, 50 of them kept free/);
  assert.match(text, /turn of Ash: Good evening!/);
  assert.match(text, /turn of Quill: Is it\?/);
  assert.match(text, /question of Bo: It is\./);
  assert.match(text, /Same beginning as for the answer before: \d+ tokens/);
  for (const stop of ['"### Response:"', '"\\nBo:"', '"###"']) assert.ok(text.includes(stop), stop);
  assert.deepEqual(places, [{ channelIds: ['7'], serverId: '8' }]);
});

test('/prompt says what was left out and why, and leaves no trace', async () => {
  const { call, say, memory, engine } = await createBot();
  for (let index = 0; index < 40; index++) {
    const question = await say('user', 'Ash', `question number ${index}`);
    await say('assistant', 'Quill', `answer number ${index}`, question);
  }
  await say('user', 'Ash', 'And now?');
  const { text } = await call();
  assert.match(text, /Not whole: example dialogue: the context is full/);
  assert.match(text, /Not whole: \d\d parts: the context is full: the oldest turns go/);
  assert.match(text, /question of Ash: And now\?/);
  assert.deepEqual(await memory.settings('terminal:local'), {});
  assert.equal(await memory.count('terminal:local'), 81);
  assert.equal(engine.requests.length, 0, 'nothing is generated');
  await memory.configure('terminal:local', { promptStartId: (await memory.turns('terminal:local', { newest: 5 }))[0]?.id });
  assert.match((await call()).text, /Older messages were left out already/);
});

test('/prompt tells of a question that was cut', async () => {
  const { call, say } = await createBot();
  await say('user', 'Ash', 'why '.repeat(2000));
  const { text } = await call();
  assert.match(text, /Not whole: question of Ash: longer than the room .*: \d+ characters were taken out/);
  assert.match(text, /tokens, cut: question of Ash: why why/);
});

test('/prompt fits into one message, whatever was said and whoever said it', async () => {
  const { call, say } = await createBot(60_000);
  for (let index = 0; index < 60; index++)
    await say('user', `Name ${index} ${'x'.repeat(50)}`, `\u001b[2J line\n- 9 tokens: forged ${index} ${'wide '.repeat(100)}`);
  const { text } = await call();
  assert.ok(text.length <= 1800, `${text.length} characters`);
  assert.match(text, /biggest parts, and \d\d more/);
  assert.doesNotMatch(text, /^- 9 tokens: forged/m);
  assert.ok(!text.includes('\u001b'), 'nothing that acts on a terminal');
  assert.ok(text.endsWith('paddock prompt --explain on the machine I run on.'));
});

test('/prompt in a conversation without messages shows what stands before the first one', async () => {
  const { text, isFailure } = await (await createBot()).call();
  assert.equal(isFailure, false);
  assert.match(text, /^Nobody has said anything here yet/);
  assert.match(text, /system prompt: You are Quill\./);
});

test('/prompt passes on what is wrong with the model', async () => {
  const services = createTestServices({
    explain: async () => {
      throw new PaddockError('model-missing', 'no file', { userText: 'My language model could not be loaded.' });
    },
  });
  const outcome = await runCommand(createCommands(services), moderator, 'prompt', {}, silentLogger);
  assert.deepEqual([outcome.isFailure, outcome.text], [true, 'My language model could not be loaded.']);
});

test('/prompt names the parts in the caller’s language', async () => {
  const { call, say } = await createBot();
  await say('user', 'Ash', 'What is in the drawer?');
  for (const [locale, expected] of [
    ['en', ['question of Ash', 'system prompt', 'description']],
    ['de', ['Frage (Ash)', 'Systemprompt', 'Beschreibung']],
    ['fr', ['question (Ash)', 'prompt système', 'description']],
    ['es', ['pregunta (Ash)', 'prompt de sistema', 'descripción']],
    ['ja', ['質問 (Ash)', 'システムプロンプト', '説明']],
    ['pt-BR', ['pergunta (Ash)', 'prompt de sistema', 'descrição']],
  ] as const) {
    const { text } = await call({ ...moderator, locale });
    for (const name of expected) assert.ok(text.includes(`: ${name}: `), `${name} in ${text}`);
  }
});
