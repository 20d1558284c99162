// Every command, menu, button and form of the real bot, called once through the real client: none is wired wrongly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCommands } from '../../src/commands/command-tree.ts';
import type { FakeDiscord, FakeInteraction, FakeMessage, FakeUser } from '../fakes/discord/index.ts';
import { randomModel, temporaryFolder } from '../fakes/models.ts';
import { openApp } from './discord-app-kit.ts';
import { type Bot, calls, configuration, fair, fileOf, persona, rook } from './discord-every-call.ts';
import { closeAfterwards, pause } from './discord-kit.ts';

const partsOf = (message: FakeMessage): readonly { readonly custom_id: string; readonly label?: string }[] =>
  (message.payload().components ?? []).flatMap((row): unknown[] => ('components' in row ? row.components : [])) as never;
const idOf = (message: FakeMessage, label?: string): string => {
  const found = partsOf(message).find((each) => label === undefined || each.label === label);
  return found?.custom_id ?? assert.fail(`no ${label ?? 'component'} in ${JSON.stringify(partsOf(message))}`);
};
const saidBy = (interaction: FakeInteraction): string =>
  interaction
    .responses()
    .map(({ content }) => content)
    .join('\n');

const failure = /went wrong|could not be|can’t be called|I know no|has no such|is none that|I am in no/i;

/** What an interaction comes to, and that it is what was expected. */
const settle = async (discord: FakeDiscord, interaction: FakeInteraction, says: RegExp, label: string): Promise<string> => {
  const isSaid = (): boolean => interaction.responses().some((each) => !each.isLoading) && says.test(saidBy(interaction));
  await discord.waitFor(isSaid, label, 8000).catch((error: unknown) => {
    throw new Error(`${label} said: ${saidBy(interaction)}`, { cause: error });
  });
  return saidBy(interaction);
};

const opened = (discord: FakeDiscord, interaction: FakeInteraction, label: string): Promise<unknown> =>
  discord.waitFor(() => interaction.modal, `the form of ${label}`, 8000);

/** Ada asks, and has her answer, which is remembered. */
const ask = async ({ discord, channel, ada, app }: Bot): Promise<FakeMessage> => {
  const question = channel.say(ada, `${discord.bot.mention} hello there`);
  const found = (): FakeMessage | undefined => channel.botMessages().find(({ replyToId }) => replyToId === question.id);
  const answered = await discord.waitFor(found, 'the answer', 20_000);
  for (let tries = 0; tries < 500; tries += 1) {
    if (await app.memory.findByMessage(`discord:${channel.id}`, answered.id)) return answered;
    await pause(10);
  }
  return assert.fail('the answer is not remembered');
};

test('every slash command of the real bot answers', async () => {
  const bot = await openApp(configuration);
  const { discord, channel, app, shutdowns, troubles } = bot;
  const owner: FakeUser = discord.owner;
  const paths = allCommands(app.commands).flatMap(({ path, command }) => ((command.kind ?? 'slash') === 'slash' ? [path] : []));
  assert.deepEqual([...new Set(calls.map(({ path }) => path))].sort(), paths.sort(), 'each command has its line in the table');
  await ask(bot);
  for (const { path, options = {}, form, says, file, press } of calls) {
    const given = typeof options === 'function' ? options(bot) : options;
    let interaction = discord.callCommand(owner, channel, path, given);
    if (form !== undefined) {
      await opened(discord, interaction, path);
      interaction = discord.submitModal(owner, interaction, form);
    }
    const said = await settle(discord, interaction, says, `/${path}`);
    assert.doesNotMatch(said, failure, `/${path}`);
    if (file !== undefined)
      assert.match(
        interaction
          .responses()
          .flatMap(({ attachments }) => attachments.map(({ name }) => name))
          .join(),
        file,
        path,
      );
    if (press !== undefined) {
      const page = interaction.responses()[0] ?? assert.fail(path);
      discord.pressButton(owner, page, idOf(page, press.label));
      await discord.waitFor(() => page.isDeleted || press.says.test(page.content), `${press.label} of /${path}: ${page.content}`);
    }
    assert.deepEqual(troubles, [], `/${path}`);
  }
  await discord.waitFor(() => shutdowns.length === 1, 'the shutdown');
});

test('every menu, button and form on an answer of the real bot does its work', async () => {
  const bot = await openApp(configuration);
  const { discord, channel, app, ada, guild, troubles } = bot;
  const kinds = allCommands(app.commands).filter(({ command }) => (command.kind ?? 'slash') !== 'slash');
  const done = new Set<string>();
  const menu = async (user: FakeUser, message: FakeMessage, name: string, says: RegExp): Promise<FakeInteraction> => {
    const interaction = discord.callMessageCommand(user, message, name);
    await settle(discord, interaction, says, name);
    done.add(name);
    return interaction;
  };
  const labels = (message: FakeMessage): string =>
    partsOf(message)
      .map(({ label }) => label)
      .join(' ');
  const press = async (message: FakeMessage, label: string, until: () => boolean): Promise<void> => {
    discord.pressButton(ada, message, idOf(message, label));
    await discord.waitFor(
      until,
      () => `what ${label} does; ${labels(message)}: ${message.content}; ${troubles.join('; ')}`,
      8000,
    );
  };

  const reply = await ask(bot);
  await discord.waitFor(() => labels(reply) === '🔄 ▶▶', 'the buttons');
  const first = reply.content;
  await press(reply, '🔄', () => labels(reply) === '◀ 2/2 ▶ 🔄 ▶▶');
  const editing = discord.callMessageCommand(ada, reply, 'Edit reply');
  await opened(discord, editing, 'Edit reply');
  await settle(discord, discord.submitModal(ada, editing, { text: 'My own words.' }), /^Done\.$/, 'edit answer');
  for (const name of ['Edit reply', 'edit answer']) done.add(name);
  await press(reply, '◀', () => labels(reply) === '◀ 1/2 ▶ 🔄 ▶▶' && reply.content === first);
  await press(reply, '▶', () => labels(reply) === '◀ 2/2 ▶ 🔄 ▶▶' && reply.content === 'My own words.');
  await press(reply, '▶▶', () => /^My own words\..+/s.test(reply.content) && labels(reply) === '◀ 2/2 ▶ 🔄 ▶▶');
  // It is done when it is remembered, a moment after it can be seen.
  while ((await app.memory.findByMessage(`discord:${channel.id}`, reply.id))?.alternatives.at(-1) !== reply.content)
    await pause(10);
  await pause(50);
  await menu(ada, reply, 'Regenerate', /^Done\.$/);
  await menu(ada, reply, 'Continue', /^Done\.$/);
  await menu(ada, reply, 'Stop', /Nothing is being written/);
  await menu(discord.owner, reply, 'Show prompt', /The prompt for/);
  await menu(discord.owner, reply, 'Pin', /stays in the prompt/);
  await menu(discord.owner, reply, 'Pin', /not pinned any more/);

  const choosing = await menu(ada, reply, 'Reply as persona', /./);
  const page = choosing.responses()[0] ?? assert.fail('a menu');
  discord.chooseInMenu(ada, page, idOf(page), ['ember']);
  await discord.waitFor(() => /Ember has answered/.test(page.content), 'the other persona', 8000);
  done.add('reply as');

  await menu(ada, reply, 'Branch to thread', /./);
  assert.equal(channel.threads().length, 1);
  await menu(discord.owner, reply, 'Rewind here', /forgotten: \d/);
  await menu(ada, reply, 'Delete from memory', /./);
  assert.equal(await app.memory.findByMessage(`discord:${channel.id}`, reply.id), undefined);

  // The form of a lorebook's entry.
  const book = discord.callCommand(discord.owner, channel, 'lore import', { file: fileOf('fair.json', fair) });
  await settle(discord, book, /Fair/, 'lore import');
  const adding = discord.callCommand(discord.owner, channel, 'lore add', { book: 'fair' });
  await opened(discord, adding, 'lore add');
  const filled = { title: 'Tent', keys: 'tent', content: 'The tent is white.' };
  await settle(discord, discord.submitModal(discord.owner, adding, filled), /Tent of Fair is saved/, 'lore-save');
  done.add('lore-save');

  // The form of a persona, and the button under a card whose name is taken.
  const making = discord.callCommand(discord.owner, channel, 'persona create');
  await opened(discord, making, 'persona create');
  await settle(discord, discord.submitModal(discord.owner, making, persona), /Gwen \(gwen\) is a persona now/, 'persona-save');
  const taking = discord.callCommand(discord.owner, channel, 'persona import', {
    file: fileOf('gwen.json', { ...rook, name: 'Gwen' }),
  });
  await settle(discord, taking, /There is a persona of that name already/, 'persona import');
  const taken = taking.responses().find((message) => partsOf(message).length > 0) ?? assert.fail('a reply');
  discord.pressButton(discord.owner, taken, idOf(taken, 'Replace Gwen (gwen)'));
  await discord.waitFor(() => /Gwen \(gwen\) has taken the place/.test(taken.content), 'the replacement', 8000);
  for (const name of ['persona-save', 'persona-replace']) done.add(name);

  await ask(bot);
  const bo = discord.addUser({ name: 'bo' });
  guild.addMember(bo);
  const forget = discord.callUserCommand(discord.owner, channel, ada, 'Forget this user');
  await settle(discord, forget, /./, 'Forget this user');
  const block = discord.callUserCommand(discord.owner, channel, bo, 'Block');
  await settle(discord, block, /can’t use me any more/, 'Block');
  for (const name of ['Forget this user', 'Block']) done.add(name);
  assert.deepEqual(troubles, []);
  // The test below presses what calls the last one.
  assert.deepEqual(
    kinds.map(({ path }) => path).filter((path) => !done.has(path)),
    ['stop answer'],
  );
});

test('the button of an answer that the real bot is writing stops it', async () => {
  const folder = temporaryFolder();
  closeAfterwards({ close: async () => folder.remove() });
  // Slow enough to be stopped.
  const shape = { contextTokens: 8192, width: 384, layers: 8, heads: 6, keyHeads: 6, feedForwardWidth: 1024 };
  const bot = await openApp(
    `${configuration.replace('tokensMax: 12', 'tokensMax: 4000')}template: alpaca\nsampling: { temperature: 0.9, seed: 11 }\n`,
    randomModel(folder.path, { shape }),
  );
  const { discord, channel, ada, app, troubles } = bot;
  channel.say(ada, `${discord.bot.mention} go`);
  const stopOf = (message: FakeMessage): string | undefined => partsOf(message).find(({ label }) => label === '⏹')?.custom_id;
  const written = await discord.waitFor(() => channel.botMessages().find(stopOf), 'the button', 30_000);
  const pressed = discord.pressButton(ada, written, stopOf(written) ?? '');
  const last = (): FakeMessage | undefined => channel.botMessages().at(-1);
  await discord.waitFor(() => partsOf(last() ?? written).some(({ label }) => label === '🔄'), 'the end', 20_000);
  await discord.waitFor(() => pressed.isAcknowledged, 'the acknowledgement');
  // An answer is remembered a moment after it is complete.
  const remembered = async () => (await app.memory.turns(`discord:${channel.id}`)).find(({ role }) => role === 'assistant');
  let answer = await remembered();
  for (let tries = 0; answer === undefined && tries < 500; tries += 1) {
    await pause(10);
    answer = await remembered();
  }
  assert.deepEqual(
    answer?.messageIds,
    channel.botMessages().map(({ id }) => id),
  );
  assert.ok(channel.botMessages().length < 5, 'it did not go on to its end');
  assert.deepEqual(troubles, []);
});
