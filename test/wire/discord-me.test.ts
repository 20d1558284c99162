// What somebody has said about themselves, shown to them with the picture.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMeCommand } from '../../src/commands/me.ts';
import { createHumanPersonas } from '../../src/people/human-personas.ts';
import { openInGuild } from './discord-kit.ts';
import { createPlainStore } from './plain-store.ts';

const picture = 'https://example.org/may.png';

const openMe = async () => {
  const people = createHumanPersonas(createPlainStore());
  const all = await openInGuild({ platform: { commands: [createMeCommand({ people })] } });
  const { discord, channel, ada } = all;
  await people.set(`discord:${ada.id}`, 'default', { name: 'Captain May', description: 'A sailor.', avatarUrl: picture });
  return { ...all, people, show: () => discord.callCommand(ada, channel, 'me show').answered() };
};

test('/me show has the picture, for the caller alone', async () => {
  const { show, people, ada, channel } = await openMe();
  const shown = await show();
  assert.ok(shown.isEphemeral);
  assert.match(shown.content, /Captain May\nA sailor\.\nhttps:/);
  assert.deepEqual(
    shown.payload().embeds.map(({ image }) => image?.url),
    [picture],
  );
  // Where another one counts, its picture does.
  await people.set(`discord:${ada.id}`, channel.id, { name: 'May' });
  assert.deepEqual((await show()).payload().embeds, []);
});

test('a picture that Discord does not take is left out', async () => {
  const { show, discord, received } = await openMe();
  const refusal = { status: 400, code: 50035, message: 'Invalid Form Body' } as const;
  const fault = discord.faults.add({ method: 'POST', path: /^\/interactions\/.*callback$/, effect: refusal });
  const shown = await show();
  assert.equal(fault.struck, 1);
  assert.match(shown.content, /Captain May\nA sailor\.\nhttps:/);
  assert.deepEqual(shown.payload().embeds, []);
  assert.deepEqual(
    received.log.filter(({ level }) => level !== 'info'),
    [],
  );
});
