// The loopback Discord's interactions: commands, autocomplete, buttons, menus and forms.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { Interaction } from 'discord.js';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  DiscordAPIError,
  Events,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { discordFor, readyClient } from './fake-discord-client.ts';

const commands = [
  new SlashCommandBuilder()
    .setName('persona')
    .setDescription('Who answers')
    .addStringOption((option) => option.setName('name').setDescription('Its name').setRequired(true).setAutocomplete(true))
    .addUserOption((option) => option.setName('whom').setDescription('For whom')),
  new SlashCommandBuilder()
    .setName('memory')
    .setDescription('What is remembered')
    .addSubcommand((sub) =>
      sub
        .setName('show')
        .setDescription('Shows')
        .addIntegerOption((option) => option.setName('last').setDescription('How many')),
    ),
  { name: 'Continue', type: 3 },
].map((each) => (each instanceof SlashCommandBuilder ? each.toJSON() : each));

/** A client with its commands registered, whose interactions `answer` gets. */
const scene = async (test: TestContext, answer: (interaction: Interaction) => Promise<unknown>, options = {}) => {
  const discord = await discordFor(test, options);
  const guild = discord.addGuild({ name: 'Camp' });
  const channel = guild.addChannel({ name: 'general' });
  const ann = discord.addUser({ name: 'ann', displayName: 'Ann' });
  const client = await readyClient(discord);
  await client.application.commands.set(commands);
  const failures: unknown[] = [];
  client.on(Events.InteractionCreate, (interaction) => {
    answer(interaction).catch((error: unknown) => failures.push(error));
  });
  const failed = (code: number) =>
    discord.waitFor(
      () => failures.find((error) => error instanceof DiscordAPIError && error.code === code) !== undefined,
      `error ${code}`,
    );
  return { discord, guild, channel, ann, client, failed };
};

describe('commands', () => {
  it('are registered globally or for a guild, and checked', async (test) => {
    const { discord, guild, client } = await scene(test, async () => {});
    assert.deepEqual(
      discord.commands().map((each) => each.name),
      ['persona', 'memory', 'Continue'],
    );
    await client.application.commands.set([{ name: 'local', description: 'Here only' }], guild.id);
    assert.deepEqual(
      discord.commands(guild).map((each) => each.name),
      ['local'],
    );
    assert.equal((await client.application.commands.fetch()).size, 3);
    const puts = discord.requests({ method: 'PUT', path: /commands$/ });
    assert.equal(puts.length, 2);
    await assert.rejects(client.rest.put(puts[0]?.path as `/${string}`, { body: [{ name: 'Bad Name', description: 'x' }] }), {
      code: 50035,
    });
  });

  it('get a reply with its options resolved', async (test) => {
    const { discord, channel, ann } = await scene(test, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const [name, whom] = [interaction.options.getString('name', true), interaction.options.getUser('whom')];
      await interaction.reply(`${name} for ${whom?.username} in ${interaction.channel?.id} ${interaction.user}`);
    });
    const called = discord.callCommand(ann, channel, 'persona', { name: 'mira', whom: ann });
    const answer = await called.answered();
    assert.equal(answer.content, `mira for ann in ${channel.id} ${ann.mention}`);
    assert.deepEqual([called.isDeferred, called.callbackType, answer.isEphemeral], [false, 4, false]);
    assert.deepEqual(answer.pings, [`user:${ann.id}`]);
    assert.deepEqual(channel.messages(), [answer]);
    assert.throws(() => discord.callCommand(ann, channel, 'persona'), /needs the option “name”/);
    assert.throws(() => discord.callCommand(ann, channel, 'nothing'), /not registered/);
  });

  it('can be deferred, filled, followed and deleted, in private', async (test) => {
    const { discord, channel, ann, client } = await scene(test, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const { resource } = await interaction.deferReply({ flags: MessageFlags.Ephemeral, withResponse: true });
      assert.equal(resource?.message?.flags.has('Loading'), true);
      await interaction.editReply(`last ${interaction.options.getInteger('last')} of ${interaction.options.getSubcommand()}`);
      await interaction.editReply('better');
      await interaction.followUp({ content: 'and for all', files: [{ attachment: Buffer.from('x'), name: 'x.txt' }] });
      const extra = await interaction.followUp({ content: 'gone soon', flags: MessageFlags.Ephemeral });
      await interaction.deleteReply(extra);
    });
    const told: string[] = [];
    client.on(Events.MessageCreate, (message) => told.push(message.content));
    client.on(Events.MessageUpdate, (message) => told.push(`changed ${message.id}`));
    const called = discord.callCommand(ann, channel, 'memory show', { last: 3 });
    await discord.waitFor(() => discord.requests({ method: 'DELETE' }).some((each) => each.status === 204), 'the end');
    assert.deepEqual(
      called.responses().map((each) => [each.content, each.isEphemeral]),
      [
        ['better', true],
        ['and for all', false],
      ],
    );
    assert.deepEqual(
      called.response?.versions.map((each) => each.content),
      ['last 3 of show', 'better'],
    );
    assert.equal(called.isDeferred, true);
    await discord.requestHeartbeat();
    assert.deepEqual(told, ['and for all']);
    assert.deepEqual(
      channel.messages().map((each) => [each.content, each.attachments.length]),
      [['and for all', 1]],
    );
  });

  it('work in direct messages and on messages', async (test) => {
    const { discord, channel, ann } = await scene(test, async (interaction) => {
      if (interaction.isMessageContextMenuCommand()) await interaction.reply(`on: ${interaction.targetMessage.content}`);
      else if (interaction.isChatInputCommand()) await interaction.reply(`guild: ${interaction.guildId}`);
    });
    const direct = discord.openDirectMessage(ann);
    assert.equal((await discord.callCommand(ann, direct, 'persona', { name: 'a' }).answered()).content, 'guild: null');
    const called = discord.callMessageCommand(ann, channel.say(ann, 'once upon a time'), 'Continue');
    assert.equal((await called.answered()).content, 'on: once upon a time');
  });

  it('answered late, twice or with an old token fail as on Discord', async (test) => {
    const { discord, channel, ann, failed } = await scene(test, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const name = interaction.options.getString('name', true);
      const called = calls.get(name);
      if (name === 'late') called?.expireAcknowledgement();
      await interaction.reply('first');
      if (name === 'old') called?.expireToken();
      if (name === 'old') await interaction.editReply('x');
      interaction.replied = false;
      await interaction.reply('second');
    });
    const calls = new Map<string, ReturnType<typeof discord.callCommand>>();
    for (const [name, code] of [
      ['late', 10062],
      ['old', 50027],
      ['twice', 40060],
    ] as const) {
      const called = discord.callCommand(ann, channel, 'persona', { name });
      calls.set(name, called);
      await failed(code);
      assert.equal(called.isAcknowledged, name !== 'late');
    }
  });
});

describe('other interactions', () => {
  it('autocomplete offers choices for what was typed', async (test) => {
    const { discord, channel, ann } = await scene(test, async (interaction) => {
      if (!interaction.isAutocomplete()) return;
      const { name, value } = interaction.options.getFocused(true);
      await interaction.respond([{ name: `${name}: ${value}`, value: `${value}ra` }]);
    });
    const typed = discord.autocomplete(ann, channel, 'persona', { name: 'mi' }, 'name');
    assert.deepEqual(await typed.offered(), [{ name: 'name: mi', value: 'mira' }]);
    assert.throws(() => discord.autocomplete(ann, channel, 'persona', { whom: ann }, 'whom'), /no autocomplete/);
  });

  it('buttons, menus and forms', async (test) => {
    const { discord, channel, ann, client } = await scene(test, async (interaction) => {
      if (interaction.isButton() && interaction.customId === 'again')
        await interaction.update({ content: 'again!', components: [] });
      else if (interaction.isButton()) {
        const input = new TextInputBuilder().setCustomId('text').setLabel('Text').setStyle(TextInputStyle.Short);
        const row = new ActionRowBuilder<TextInputBuilder>().addComponents(input);
        await interaction.showModal(new ModalBuilder().setCustomId('form').setTitle('Form').addComponents(row));
      } else if (interaction.isStringSelectMenu()) {
        await interaction.deferUpdate();
        await interaction.editReply({ content: `chose ${interaction.values.join()}` });
      } else if (interaction.isModalSubmit()) {
        await interaction.reply({ content: interaction.fields.getTextInputValue('text'), flags: MessageFlags.Ephemeral });
      }
    });
    const buttons = ['again', 'open'].map((id) => new ButtonBuilder().setCustomId(id).setLabel(id).setStyle(ButtonStyle.Primary));
    const menu = new StringSelectMenuBuilder()
      .setCustomId('menu')
      .addOptions({ label: 'A', value: 'a' }, { label: 'B', value: 'b' });
    const place = client.channels.cache.get(channel.id);
    assert.ok(place?.isSendable());
    const sent = await place.send({
      content: 'choose',
      components: [
        new ActionRowBuilder<ButtonBuilder>().addComponents(buttons),
        new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu),
      ],
    });
    const message = discord.message(sent.id);

    discord.chooseInMenu(ann, message, 'menu', ['b']);
    await discord.waitFor(() => message.content === 'chose b', 'the choice');
    const opened = discord.pressButton(ann, message, 'open');
    const form = await discord.waitFor(() => opened.modal, 'the form');
    assert.equal(form.title, 'Form');
    const submitted = await discord.submitModal(ann, opened, { text: 'typed' }).answered();
    assert.deepEqual([submitted.content, submitted.isEphemeral], ['typed', true]);
    discord.pressButton(ann, message, 'again');
    await discord.waitFor(() => message.content === 'again!', 'the update');
    assert.throws(() => discord.pressButton(ann, message, 'again'), /no component/);
  });
});
