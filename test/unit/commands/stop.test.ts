// Whose answers /stop, the menu Stop and the button ⏹ end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import type { QueuedRequest } from '../../../src/commands/request-log.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestMemory, createTestServices } from './services.ts';

const conversation = 'discord:30';
const elsewhere = 'discord:31';
const [ada, bo, eve] = ['Ada', 'Bo', 'Eve'].map((name, index) => ({ id: `discord:${index + 1}`, name })) as [
  CommandContext['user'],
  CommandContext['user'],
  CommandContext['user'],
];
const request = (userId: string, messageId: string, where = conversation): QueuedRequest => ({
  ...{ conversation: where, userId, messageId, isRunning: false, place: 0, waitMs: 0 },
});

/** Ada has asked and was answered, then Bo. */
const open = async (requests: readonly QueuedRequest[] = [], isSceneOn = false) => {
  const kept = createTestMemory();
  for (const [index, speaker] of [ada, bo].entries()) {
    const question = { role: 'user', speaker, text: 'A question?', at: 1, messageIds: [`q${index + 1}`] } as const;
    const { turn } = await kept.memory.append(conversation, question);
    const robin = { id: 'persona:robin', name: 'Robin' };
    const answer = { role: 'assistant', speaker: robin, text: 'An answer.', at: 2, messageIds: [`a${index + 1}`] } as const;
    await kept.memory.append(conversation, { ...answer, replyTo: turn.id });
  }
  const firstId = (await kept.memory.findByMessage(conversation, 'q1'))?.id ?? '';
  let isGoing = isSceneOn;
  const services = createTestServices({
    kept,
    stopAnswers: async () => {
      services.log.push('stop all');
      return services.requested.length;
    },
    endAutoScene: () => {
      const wentOn = isGoing;
      isGoing = false;
      return wentOn;
    },
  });
  services.requested.push(...requests);
  const call = async (path: string, user: CommandContext['user'], change: Partial<CommandContext> = {}) => {
    const context: CommandContext = {
      ...{ conversation, where: 'server', rank: 'everyone', locale: 'en', user },
      place: { channelIds: ['30'], serverId: '40' },
      ...(path !== 'stop' && {
        target: { kind: 'message', messageId: 'a9', authorId: 'discord:9', isOwn: true, text: 'anything' },
      }),
      ...change,
    };
    const { text, isPrivate, isFailure } = await runCommand(createCommands(services), context, path, {}, silentLogger);
    return { text, isPrivate, isFailure, log: services.log.splice(0) };
  };
  return { call, firstId };
};

for (const path of ['stop', 'Stop', 'stop answer']) {
  test(`${path} ends answers to the caller only, running and waiting, and all of them for moderators`, async () => {
    const requests = [request(ada.id, 'q8'), request(bo.id, 'q9'), request(ada.id, 'q10'), request(ada.id, 'q11', elsewhere)];
    const { call } = await open(requests);
    const own = await call(path, ada);
    assert.deepEqual(own.log, [`cancel ${conversation} q8`, `cancel ${conversation} q10`]);
    if (path === 'stop') assert.deepEqual([own.text, own.isPrivate], ['Stopped: 2 answers, counting those that waited.', false]);
    else assert.deepEqual([own.text, own.isPrivate, own.isFailure], ['', true, false]);

    const other = await call(path, eve);
    assert.match(other.text, /^Only whoever asked for .*, and moderators, can stop it\.$/);
    assert.deepEqual([other.isPrivate, other.isFailure, other.log], [true, true, []]);
    assert.match((await call(path, eve, { locale: 'de' })).text, /Moderatoren/);
    for (const rank of ['moderator', 'server-owner', 'owner'] as const)
      assert.deepEqual((await call(path, eve, { rank })).log, ['stop all']);

    const nothing = await (await open([request(ada.id, 'q11', elsewhere)])).call(path, ada);
    assert.deepEqual([nothing.text, nothing.isPrivate, nothing.log], ['Nothing is being written here.', true, []]);
  });

  test(`${path} counts as the caller’s what others have called for: their answer, and what follows their question`, async () => {
    for (const [of, messageId] of [
      [ada, 'a1'],
      [bo, 'a2'],
      [bo, `speak:${eve.id}`],
      [ada, 'auto'],
    ] as const) {
      const { firstId } = await open();
      const id = messageId === 'auto' ? `auto:${firstId}:1` : messageId;
      const running = await open([request(messageId === 'auto' ? `auto:${conversation}` : eve.id, id)]);
      const not = of === ada ? bo : ada;
      assert.equal((await running.call(path, not)).isFailure, true, `${id} is not ${not.name}’s`);
      assert.deepEqual((await running.call(path, of)).log, [`cancel ${conversation} ${id}`]);
    }
  });
}

test('/stop says how many it was', async () => {
  const { call } = await open([request(ada.id, 'q9')]);
  assert.deepEqual(
    [(await call('stop', ada)).text, (await call('stop', bo, { rank: 'moderator' })).text],
    ['Stopped.', 'Stopped.'],
  );
});

test('/stop keeps a scene from going on by itself, whoever calls, and leaves others what is being written for them', async () => {
  const { call, firstId } = await open([], true);
  assert.deepEqual(await call('stop', eve), {
    text: 'The scene goes on once somebody says something.',
    ...{ isPrivate: false, isFailure: false, log: [] },
  });
  assert.match((await call('stop', eve)).text, /Nothing is being written/);

  const turn = request(`auto:${conversation}`, `auto:${firstId}:1`);
  const running = await open([turn], true);
  const ended = await running.call('stop', eve);
  assert.deepEqual([ended.isFailure, ended.log], [false, []]);
  assert.match((await running.call('stop', eve)).text, /Only whoever asked/);
  assert.equal((await running.call('stop', ada)).text, 'Stopped.');
  // The menu and the button only end what is being written.
  assert.match((await (await open([turn], true)).call('Stop', eve)).text, /Only whoever asked/);
});
