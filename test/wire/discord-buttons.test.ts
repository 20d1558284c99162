// Buttons, menus and forms under replies on Discord, with the real client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCommand } from '../../src/commands/define-command.ts';
import type { Command } from '../../src/core/command.ts';
import { idOf, openFrame, settled, targetOf } from './discord-interactions-kit.ts';

test('buttons and menus call commands, for the asker and moderators only, and change their message', async () => {
  const { discord, channel, ada, moderator, seen } = await openFrame();
  const message = await discord.callCommand(ada, channel, 'page').answered();
  assert.equal(message.content, 'page 1');
  const stranger = discord.addUser({ name: 'eve' });

  const stolen = await discord.pressButton(stranger, message, idOf(message, 'Next')).answered();
  assert.deepEqual([stolen.isEphemeral, seen.length], [true, 1]);
  assert.match(stolen.content, /Only whoever asked/);
  await settled(discord, discord.pressButton(stranger, message, idOf(message, 'All')));
  await discord.waitFor(() => message.content === 'page 3', 'the page for all');
  // It is still the asker's, and moderators may always.
  const again = await discord.pressButton(stranger, message, idOf(message, 'Next')).answered();
  assert.match(again.content, /Only whoever asked/);
  await settled(discord, discord.pressButton(moderator, message, idOf(message, 'Next')));
  await discord.waitFor(() => message.content === 'page 2', 'the next page');
  await settled(discord, discord.chooseInMenu(moderator, message, idOf(message), ['3']));
  await discord.waitFor(() => message.content === 'page 3', 'the chosen page');
  assert.deepEqual(channel.botMessages(), [message]);

  const quiet = discord.pressButton(moderator, message, idOf(message, 'Quiet'));
  await settled(discord, quiet);
  assert.deepEqual([quiet.callbackType, quiet.responses().length], [6, 0]);
  assert.deepEqual([targetOf(seen).messageId, message.content], [message.id, 'page 3']);
  const refused = await discord.pressButton(stranger, message, idOf(message, 'Secret')).answered();
  assert.match(refused.content, /moderators only/, 'the rank is checked for buttons as well');
  assert.throws(() => discord.callCommand(ada, channel, 'quiet'), /not registered/);
});

test('a forged or outdated id of a button does nothing but tell so', async () => {
  const { discord, channel, ada, seen } = await openFrame();
  const message = await discord.callCommand(ada, channel, 'page').answered();
  const before = seen.length;
  const forge = async (custom_id: string): Promise<string> => {
    const components = [{ type: 1, components: [{ type: 2, style: 2, label: 'x', custom_id }] }];
    message.payload(); // the message stays; only its components are replaced, as a forger's client would pretend
    const path = `/channels/${channel.id}/messages/${message.id}`;
    const response = await fetch(`${discord.apiUrl}/v10${path}`, {
      method: 'PATCH',
      headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ components }),
    });
    assert.equal(response.status, 200);
    return (await discord.pressButton(ada, message, custom_id).answered()).content;
  };
  assert.match(await forge('0~page~~'), /older version/);
  assert.match(await forge('nonsense'), /older version/);
  assert.match(await forge('1~no such~~'), /no such command/);
  assert.match(await forge('1~page~~~number=99'), /at most 3/);
  assert.match(await forge('1~settings reset~~'), /moderators only/);
  assert.match(await forge('1~upload~~~file=/etc/passwd'), /has to be a file/);
  assert.match(await forge('1~Forget this user~~'), /moderators only/);
  assert.equal(seen.length, before);
});

test('forms open with their values and call a command with what was filled in', async () => {
  const { discord, channel, ada, seen } = await openFrame();
  const opened = discord.callCommand(ada, channel, 'note edit', { id: '7' });
  const modal = await discord.waitFor(() => opened.modal, 'the form');
  assert.equal(modal.title, 'A note');
  assert.match(
    JSON.stringify(modal.components),
    /"custom_id":"title","label":"Title","style":1,"required":true,"max_length":20,"value":"old title"/,
  );
  assert.match(
    JSON.stringify(modal.components),
    /"custom_id":"text","label":"Text","style":2,"required":false,"max_length":4000/,
  );
  await discord.submitModal(ada, opened, { title: 'new title', text: 'two\nlines' }).answered();
  assert.deepEqual(seen.at(-1)?.options, { id: '7', title: 'new title', text: 'two\nlines' });
  const stranger = discord.addUser({ name: 'eve' });
  assert.match((await discord.submitModal(stranger, opened, { title: 'x' }).answered()).content, /Only whoever asked/);
  const long = await discord.submitModal(ada, opened, { title: 'x'.repeat(21) }).answered();
  assert.match(long.content, /title is too long/);

  const message = await discord.callCommand(ada, channel, 'page').answered();
  const pressed = discord.pressButton(ada, message, idOf(message, 'Edit'));
  await discord.waitFor(() => pressed.modal, 'the form behind a button');
  await discord.submitModal(ada, pressed, { title: 'third' }).answered();
  assert.equal(seen.at(-1)?.context.target?.kind, 'message');
});

test('a form that comes too late to open by itself waits behind a button', async () => {
  const { discord, channel, ada, slow } = await openFrame();
  const called = discord.callCommand(ada, channel, 'note edit', { id: 'slow' });
  await discord.waitFor(() => called.isDeferred, 'the deferral');
  slow.resolve();
  const answer = await called.answered();
  assert.deepEqual([answer.content, answer.isEphemeral], ['The form is ready.', true]);
  const pressed = discord.pressButton(ada, answer, idOf(answer, 'Open the form'));
  await discord.waitFor(() => pressed.modal, 'the form');
});

test('a reply whose buttons hold too much is sent without them', async () => {
  const commands: readonly Command[] = [
    defineCommand({
      name: 'wide',
      description: 'Too wide',
      rank: 'everyone',
      options: [{ name: 'has_form', description: 'Whether', kind: 'boolean' }],
      run: async (_context, { has_form }) => {
        const values = { text: 'x'.repeat(100) };
        const form = { title: 'A form', call: 'wide', values, fields: [{ option: 'text', label: 'Text' }] };
        return {
          text: 'still here',
          isPrivate: false,
          components: [{ kind: 'button', label: 'One', call: 'wide', values }],
          ...(has_form ? { form } : {}),
        };
      },
    }),
  ];
  const { discord, channel, ada, received } = await openFrame({ commands });
  assert.equal((await discord.callCommand(ada, channel, 'wide').answered()).content, 'still here');
  assert.match((await discord.callCommand(ada, channel, 'wide', { has_form: true }).answered()).content, /went wrong/);
  assert.equal(received.log.filter(({ level }) => level === 'error').length, 2);
});
