// The whole bot on Discord: the program in a process of its own, the real client against the loopback
// Discord, the real engine on a random-weight model.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demoText } from '../../src/engine/llama/gguf/demo-model.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { openStore } from '../../src/store/store.ts';
import { type FakeDiscord, type FakeMessage, startFakeDiscord } from '../fakes/discord/index.ts';
import { randomModel, temporaryFolder } from '../fakes/models.ts';

const folder = temporaryFolder();
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  folder.remove();
});
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Starts the bot; `ended` gives its exit code and what it wrote. */
const startBot = (
  discord: FakeDiscord,
  name: string,
  options: { readonly token?: string; readonly config?: string; readonly model?: string } = {},
) => {
  const config = join(folder.path, `${name}.yaml`);
  writeFileSync(config, options.config ?? 'engine: { gpuLayers: 0, threads: 1 }\n');
  const words = [
    'start',
    '--data',
    join(folder.path, name),
    '--config',
    config,
    ...(options.model === undefined ? [] : ['--model', options.model]),
  ];
  const child = spawn(process.execPath, [main, ...words], {
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      DISCORD_TOKEN: options.token ?? discord.token,
      DISCORD_API_URL: discord.apiUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const output = { out: '', errors: '' };
  child.stdout?.on('data', (data) => (output.out += data));
  child.stderr?.on('data', (data) => (output.errors += data));
  const ended = once(child, 'close').then(([code]) => ({ ...output, code }));
  const logged = (pattern: RegExp): Promise<unknown> =>
    discord.waitFor(() => pattern.test(output.errors), `the log line ${pattern}`, 15_000);
  return { child, output, ended, logged };
};

/** The chunks of the answer to a question, in order: the first one replies to it, the others follow. */
const answerTo = (question: FakeMessage): readonly FakeMessage[] =>
  question.channel.botMessages().filter((message) => message.replyToId === question.id);

/** The parts of a message's history of which none begins like the one before: how it was streamed. */
const isGrowing = (message: FakeMessage): boolean =>
  message.versions.every(
    ({ content }, index) => index === 0 || content.length >= (message.versions[index - 1]?.content.length ?? 0),
  );

describe('the bot on Discord', () => {
  it('gives every question exactly one answer, in order and streamed, while connections drop and an edit is refused', {
    timeout: 120_000,
  }, async () => {
    const discord = await startFakeDiscord();
    const guild = discord.addGuild({ name: 'Meadow' });
    const channels = [guild.addChannel({ name: 'north' }), guild.addChannel({ name: 'south' })];
    const people = channels.map((_, index) => [
      discord.addUser({ name: `ann${index}`, displayName: 'Ann' }),
      discord.addUser({ name: `bob${index}`, displayName: 'Bob' }),
    ]);
    // Slow enough that an answer takes several edits.
    const model = randomModel(folder.path, {
      shape: { contextTokens: 8192, width: 384, layers: 8, heads: 6, keyHeads: 6, feedForwardWidth: 1024 },
    });
    const bot = startBot(discord, 'busy', {
      model,
      config:
        'engine: { gpuLayers: 0, threads: 1, slots: 2 }\ntemplate: alpaca\nanswer: { tokensMax: 500 }\nsampling: { temperature: 0.9, seed: 11 }\n',
    });
    try {
      await bot.logged(/model loaded/);
      await bot.logged(/on Discord/);
      const refused = discord.faults.add({
        method: 'PATCH',
        path: /^\/channels\/\d+\/messages\/\d+$/,
        effect: { rateLimit: { retryAfterS: 0.7 } },
      });
      const questions: FakeMessage[] = [];
      for (const round of [1, 2]) {
        for (const [index, channel] of channels.entries()) {
          for (const [who, person] of (people[index] ?? []).entries())
            questions.push(
              channel.say(person, `${discord.bot.mention} question ${round} of ${who} in ${channel.name}, @everyone`),
            );
        }
      }
      await discord.waitFor(() => questions.some((question) => answerTo(question).length > 0), 'the first answer', 30_000);
      discord.dropConnections();
      await discord.waitFor(
        () => questions.filter((question) => answerTo(question).length > 0).length >= 4,
        'the middle',
        60_000,
      );
      discord.dropConnections();
      const answered = (): number => bot.output.errors.split('"answered"').length - 1;
      await discord.waitFor(() => answered() >= questions.length, 'all answers', 90_000);
      bot.child.kill('SIGTERM');
      const { code, out } = await bot.ended;
      assert.equal(code, 0, bot.output.errors);
      assert.equal(out, '', 'standard output stays empty');

      for (const [index, channel] of channels.entries()) {
        const own = questions.filter((question) => question.channel === channel || question.channel.id === channel.id);
        const answers = own.map(answerTo);
        for (const found of answers) assert.equal(found.length, 1, 'exactly one answer to each question');
        const order = answers.map(([first]) => first?.id ?? '');
        assert.deepEqual(
          order,
          [...order].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1)),
          `in order in channel ${index}`,
        );
        for (const message of channel.botMessages()) {
          assert.deepEqual(message.pings, [], 'nobody is pinged');
          assert.ok(message.content.length > 0 && message.content.length <= 2000);
          assert.ok(isGrowing(message), 'the text only grows');
        }
        assert.ok(
          answers.some(([first]) => (first?.versions.length ?? 0) > 1),
          'answers are streamed by edits',
        );
      }
      assert.equal(refused.struck, 1, 'an edit met the rate limit');
      assert.ok(discord.resumes >= 2, 'both drops were resumed');
      const edits = discord
        .requests()
        .filter(({ method, path, status }) => status === 200 && method === 'PATCH' && path.includes('/messages/'));
      for (const [index, edit] of edits.entries()) {
        const previous = edits.slice(0, index).findLast(({ path }) => path === edit.path);
        // The last text may follow at once; between two others there is a second, less what the timer is early.
        if (previous && edits.slice(index + 1).some(({ path }) => path === edit.path))
          assert.ok(edit.at - previous.at >= 900, `${edit.at - previous.at} ms between edits`);
      }
      const memory = createMemory({
        store: await openStore(`sqlite://${join(folder.path, 'busy', 'paddock.db')}`),
        now: Date.now,
      });
      for (const channel of channels) {
        const turns = await memory.turns(`discord:${channel.id}`);
        assert.equal(turns.length, 8, 'four questions and four answers are remembered');
        for (const turn of turns.filter(({ role }) => role === 'assistant'))
          assert.ok(turn.messageIds.every((id) => channel.botMessages().some((message) => message.id === id)));
      }
      await memory.close();
    } finally {
      bot.child.kill('SIGKILL');
      await discord.close();
    }
  });

  it('answers a direct message with the demo model, takes commands, and forgets deleted questions', {
    timeout: 60_000,
  }, async () => {
    const discord = await startFakeDiscord();
    const ada = discord.addUser({ name: 'ada', displayName: 'Ada' });
    const channel = discord.addGuild({ name: 'Meadow' }).addChannel({ name: 'general' });
    const bot = startBot(discord, 'demo');
    try {
      await bot.logged(/on Discord/);
      const direct = discord.openDirectMessage(ada);
      const question = direct.say(ada, 'Hello!');
      await discord.waitFor(() => answerTo(question)[0]?.content === demoText, 'the answer');
      assert.ok(direct.botTypingAt.length >= 1, 'typing was shown');

      // The answer is remembered a moment after its text is complete.
      for (let tries = 0; ; tries++) {
        const { content } = await discord.callCommand(ada, direct, 'status').answered();
        if (/Messages remembered here: 2$/m.test(content)) break;
        assert.ok(tries < 50, content);
      }
      const switched = await discord.callCommand(ada, channel, 'persona use', { name: 'storyteller' }).answered();
      assert.match(switched.content, /answers here/);
      const help = await discord.callCommand(ada, channel, 'help').answered();
      for (const name of ['/reset', '/persona', '/model', '/status', '/stop', '/help'])
        assert.ok(help.content.includes(name), name);
      assert.match((await discord.callCommand(ada, channel, 'model', { name: 'x.gguf' }).answered()).content, /owner|run/i);

      question.delete();
      for (let tries = 0; ; tries++) {
        const { content } = await discord.callCommand(ada, direct, 'status').answered();
        if (/Messages remembered here: 1$/m.test(content)) break;
        assert.ok(tries < 50, content);
      }
      const reset = await discord.callCommand(ada, direct, 'reset').answered();
      assert.match(reset.content, /1 message/);
      bot.child.kill('SIGINT');
      assert.equal((await bot.ended).code, 0);
    } finally {
      bot.child.kill('SIGKILL');
      await discord.close();
    }
  });

  it('follows the settings of a channel: persona, preset, template and answer length', { timeout: 60_000 }, async () => {
    const discord = await startFakeDiscord();
    const guild = discord.addGuild({ name: 'Meadow' });
    const [plain, special] = [guild.addChannel({ name: 'plain' }), guild.addChannel({ name: 'special' })];
    const bot = startBot(discord, 'places', {
      config: [
        'engine: { gpuLayers: 0, threads: 1 }',
        `servers: { "${guild.id}": { template: zephyr, channels: { "${special.id}": { preset: alpaca-roleplay, persona: ember } } } }`,
      ].join('\n'),
    });
    try {
      await bot.logged(/on Discord/);
      await bot.logged(/commands are registered/);
      const asked = [plain, special].map((channel) => channel.say(discord.owner, `${discord.bot.mention} hello`));
      await discord.waitFor(() => asked.every((question) => answerTo(question)[0]?.content === demoText), 'both answers');
      const promptOf = async (channel: typeof plain): Promise<string> =>
        (await discord.callCommand(discord.owner, channel, 'prompt').answered()).content;
      const [here, there] = [await promptOf(plain), await promptOf(special)];
      assert.match(here, /Persona: Paddock\. Template: zephyr\./);
      assert.match(here, /512 of them kept free/);
      assert.match(there, /Persona: Ember\. Template: alpaca-compact\./);
      assert.match(there, /350 of them kept free/);
    } finally {
      bot.child.kill('SIGKILL');
      await discord.close();
    }
  });

  it('ends with 78 and one clear line when Discord refuses the token or the intent', { timeout: 60_000 }, async () => {
    const discord = await startFakeDiscord();
    try {
      const wrong = await startBot(discord, 'token', { token: 'MTIz.wrong.token' }).ended;
      assert.equal(wrong.code, 78, wrong.errors);
      assert.match(wrong.errors, /DISCORD_TOKEN/);
      assert.doesNotMatch(wrong.errors, /wrong\.token/);
    } finally {
      await discord.close();
    }
    const strict = await startFakeDiscord({ privilegedIntents: [] });
    try {
      const refused = await startBot(strict, 'intent').ended;
      assert.equal(refused.code, 78, refused.errors);
      assert.match(refused.errors, /Message Content Intent/);
      assert.equal(
        refused.errors
          .trim()
          .split('\n')
          .filter((line) => line.startsWith('paddock:')).length,
        1,
      );
    } finally {
      await strict.close();
    }
  });

  it('prints its invite link while it is in no server', { timeout: 60_000 }, async () => {
    const discord = await startFakeDiscord();
    const bot = startBot(discord, 'lonely');
    try {
      await bot.logged(new RegExp(`client_id=${discord.applicationId}`));
      bot.child.kill('SIGTERM');
      assert.equal((await bot.ended).code, 0);
    } finally {
      bot.child.kill('SIGKILL');
      await discord.close();
    }
  });
});
