// Making, changing, bringing and removing personas on Discord, with the real client and a real catalogue on disk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCall } from '../../src/commands/custom-id.ts';
import { readCard } from '../../src/persona/card/read-card.ts';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { charxWith, chunk, fullCard, pngWith, textChunk } from '../unit/persona/card-kit.ts';
import { openApp } from './discord-app-kit.ts';
import { actions, cardFile, labelsOf, open, png, rook } from './discord-personas-kit.ts';

test('a card is imported from an attachment, with remarks, under a name of its own or in the place of another', async () => {
  const { discord, channel, call, press, personas, mo, stored, received, replyOf } = await open();
  const odd = { ...rook, first_mes: '{{user}}: Hi {{usr}}!' };
  const first = await call(mo, channel, 'persona import', { file: cardFile('rook.png', png(odd)) });
  assert.match(first.content, /^Taken in: Rook \(rook\): A bird\.\nRemarks on the card:\n/);
  assert.match(first.content, /first_mes: .*usr.* is no macro I know; did you mean \{\{user\}\}\?/);
  assert.match(first.content, /speaks for \{\{user\}\} here/);
  assert.deepEqual(stored(), [`rook.server-${channel.guild?.id ?? ''}.png`]);
  // An animated picture is one all the same.
  const apng = pngWith(
    chunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])),
    textChunk('ccv3', { spec: 'chara_card_v3', data: rook }),
  );
  const second = await call(mo, channel, 'persona import', { file: cardFile('again.apng', apng) });
  assert.match(second.content, /Rook \(rook-2\).*\nThere is a persona of that name already: Rook \(rook\)\.\n.*replace:rook\./);
  assert.deepEqual(labelsOf(second), ['Let it answer here', 'Replace Rook (rook)']);
  press(mo, second, /Replace/);
  await discord.waitFor(() => /Rook \(rook\) has taken the place of the former one/.test(second.content), 'the replacement');
  assert.deepEqual([personas.get('rook')?.greeting, personas.get('rook-2')], [rook.first_mes, undefined]);
  assert.deepEqual(labelsOf(second), ['Let it answer here', 'Take that back']);
  await replyOf(press(mo, second, /Take that back/));
  assert.equal(personas.get('rook')?.greeting, odd.first_mes);

  for (const [name, bytes] of [
    ['r.charx', charxWith({ ...rook, first_mes: 'charx' })],
    ['r.json', { ...rook, first_mes: 'json' }],
    ['r.yaml', 'name: Rook\nfirst_mes: yaml\n'],
  ] as const) {
    const replaced = await call(mo, channel, 'persona import', { file: cardFile(name, bytes), replace: 'Rook' });
    assert.match(replaced.content, /^Rook \(rook\) has taken the place/);
    assert.equal(personas.get('rook')?.greeting, name.slice(2));
  }
  const offered = await discord.autocomplete(mo, channel, 'persona import', { replace: '' }, 'replace').offered();
  assert.deepEqual(
    offered.map(({ value }) => value),
    ['rook'],
  );
  assert.deepEqual([received.failures, received.fatal], [[], []]);
});

test('a bad card is refused with a sentence only its sender sees, and nothing is stored', async (t) => {
  const { channel, call, mo, stored, received } = await open();
  const whole = png(rook);
  for (const [bytes, sentence] of [
    [whole.subarray(0, whole.length - 30), /ends in the middle/],
    [pngWith(), /no character card in this picture/],
    [`${'[['.repeat(5000)}`, /nested too deeply/],
    ['{"name":', /./],
  ] as const) {
    const refused = await call(mo, channel, 'persona import', { file: cardFile('x', bytes) });
    assert.match(refused.content, sentence);
    assert.equal(refused.isEphemeral, true);
  }
  // By its size alone, before a byte of it is asked for.
  const fetches = t.mock.method(globalThis, 'fetch').mock;
  const fetched = (name: string): number => fetches.calls.filter((each) => String(each.arguments[0]).includes(name)).length;
  await call(mo, channel, 'persona import', { file: cardFile('small.png', pngWith()) });
  const large = await call(mo, channel, 'persona import', { file: cardFile('large.png', new Uint8Array(8_000_001)) });
  assert.match(large.content, /large\.png is too large/);
  assert.deepEqual([fetched('small.png'), fetched('large.png')], [1, 0]);
  assert.deepEqual(stored(), []);
  assert.deepEqual(received.fatal, []);
});

test('a persona is made and changed by forms', async () => {
  const { channel, call, fill, personas, mo, eve, press, services, replyOf } = await open();
  const made = await fill(
    mo,
    channel,
    'persona create',
    {},
    { name: 'Gwen', description: 'Keeps\n\nbees.', greeting: 'Hi, {{user}}!' },
  );
  assert.match(made.content, /^Gwen \(gwen\) is a persona now\.$/);
  assert.equal(made.isEphemeral, false);
  const { description, greeting } = personas.get('gwen') ?? {};
  assert.deepEqual([description, greeting], ['Keeps\n\nbees.', 'Hi, {{user}}!']);
  await replyOf(press(mo, made, /Let it answer/));
  assert.deepEqual(await services.memory.settings(`discord:${channel.id}`), { personaId: 'gwen' });

  const changed = await fill(mo, channel, 'persona edit', { name: 'Gwen' }, { greeting: '', personality: 'Calm.' });
  assert.match(changed.content, /^Gwen \(gwen\) is changed\.$/);
  await fill(mo, channel, 'persona edit', { name: 'gwen', part: 'speech' }, { greetings: 'One.\n<START>\nTwo.' });
  assert.deepEqual(personas.get('gwen'), {
    ...{ id: 'gwen', name: 'Gwen', summary: 'Calm.', description: 'Keeps\n\nbees.', personality: 'Calm.' },
    alternateGreetings: ['One.', 'Two.'],
  });
  assert.match((await call(eve, channel, 'persona show', { name: 'gwen' })).content, /Calm\./);

  const copied = await fill(mo, channel, 'persona edit', { name: 'ember' }, { greeting: 'Cold?' });
  assert.match(copied.content, /^Ember is not yours to change, so here is a changed copy: Ember \(ember-2\)/);
  assert.deepEqual([personas.get('ember')?.greeting, personas.get('ember-2')?.greeting], ['Warm?', 'Cold?']);
  const undone = await replyOf(press(mo, changed, /Take that back/));
  assert.match(undone.content, /Gwen \(gwen\) is as it was before/);
  assert.equal(personas.get('gwen')?.alternateGreetings, undefined);
});

test('a persona is deleted, and brought back', async () => {
  const { channel, call, personas, mo, press, stored, replyOf } = await open();
  await call(mo, channel, 'persona import', { file: cardFile('rook.json', rook) });
  const removed = await call(mo, channel, 'persona delete', { name: 'rook' });
  assert.match(removed.content, /The persona Rook \(rook\) is removed\./);
  assert.deepEqual([personas.get('rook'), stored()], [undefined, ['.removed']]);
  const back = await replyOf(press(mo, removed, /Bring it back/));
  assert.match(back.content, /The persona Rook \(rook\) is back\./);
  assert.equal(personas.get('rook')?.greeting, rook.first_mes);
  assert.match((await call(mo, channel, 'persona delete', { name: 'ember' })).content, /a file of those who run me/);
});

test('an exported card is a file that reads back to the same card', async () => {
  const { channel, call, mo } = await open();
  await call(mo, channel, 'persona import', { file: cardFile('rook.png', png(fullCard)) });
  for (const format of ['json', 'yaml', 'png'] as const) {
    const exported = await call(mo, channel, 'persona export', { name: 'rook', format });
    const [file] = exported.attachments;
    assert.deepEqual([file?.name, exported.isEphemeral], [`rook.${format}`, true]);
    const read = readCard(file?.bytes ?? new Uint8Array());
    assert.deepEqual([read.format, read.card.raw], [format, fullCard]);
  }
  const [kept] = (await call(mo, channel, 'persona export', { name: 'rook' })).attachments;
  assert.deepEqual(Buffer.from(kept?.bytes ?? []), Buffer.from(png(fullCard)), 'as it was brought');
});

test('ordinary members can do none of it, not by somebody else’s form and not by a forged one', async () => {
  const { discord, channel, call, formOf, personas, mo, eve, press, stored, replyOf } = await open();
  const imported = await call(mo, channel, 'persona import', { file: cardFile('rook.json', rook) });
  const before = stored();
  for (const [path, options] of [
    ['persona create', { name: 'x', description: 'x' }],
    ['persona edit', { name: 'rook' }],
    ['persona delete', { name: 'rook' }],
    ['persona restore', { name: 'rook' }],
    ['persona import', { file: cardFile('x.json', rook) }],
    ['persona reload', {}],
    ['persona export', { name: 'rook' }],
  ] as const) {
    const refused = await call(eve, channel, path, options);
    assert.match(refused.content, /is for (?:moderators|the owner of the bot) only/, path);
    assert.equal(refused.isEphemeral, true);
  }
  const theirs = discord.callCommand(mo, channel, 'persona edit', { name: 'rook' });
  const shown = await formOf(theirs);
  const taken = await replyOf(discord.submitModal(eve, theirs, { ...shown, name: 'Hacked' }));
  assert.match(taken.content, /Only whoever asked/);
  // A form that was opened for her, with the id of another one in her own name.
  const own = discord.callCommand(mo, channel, 'persona edit', { name: 'rook' });
  await formOf(own);
  Reflect.set(
    own.modal ?? {},
    'custom_id',
    encodeCall({ call: 'persona-save', values: { p: 'rook', s: 'character' }, askerId: eve.id }),
  );
  const forged = await replyOf(discord.submitModal(eve, own, { ...shown, name: 'Hacked' }));
  assert.match(forged.content, /is for moderators only/);
  assert.match((await replyOf(press(eve, imported, /Let it answer/))).content, /Only whoever asked/);
  assert.deepEqual([personas.get('rook')?.name, stored()], ['Rook', before]);
});

test('one server’s personas are none of another’s business', async () => {
  const { discord, channel, call, personas, mo, max, farChannel, formOf, received, replyOf } = await open();
  await call(mo, channel, 'persona import', { file: cardFile('rook.json', rook) });
  assert.doesNotMatch((await call(max, farChannel, 'persona list')).content, /Rook/);
  assert.match((await call(mo, channel, 'persona list')).content, /Rook/);
  const offered = await discord.autocomplete(max, farChannel, 'persona use', { name: 'ro' }, 'name').offered();
  assert.deepEqual(
    offered.map(({ value }) => value),
    ['Robin'],
  );
  for (const path of ['use', 'show', 'delete', 'export'])
    assert.match((await call(max, farChannel, `persona ${path}`, { name: 'rook' })).content, /I know no persona/, path);
  const opened = discord.callCommand(max, farChannel, 'persona create');
  const shown = await formOf(opened);
  Reflect.set(
    opened.modal ?? {},
    'custom_id',
    encodeCall({ call: 'persona-save', values: { p: 'rook', s: 'character' }, askerId: max.id }),
  );
  const forged = await replyOf(discord.submitModal(max, opened, { ...shown, name: 'Mine now' }));
  assert.match(forged.content, /I know no persona/);
  assert.equal(personas.get('rook')?.name, 'Rook');
  assert.deepEqual(received.fatal, []);
});

test('the real bot lets an imported persona answer, has it after a restart, and brings it back', async () => {
  const bot = await openApp('engine: { gpuLayers: 0, threads: 1 }\nanswer: { tokensMax: 8 }\n');
  const { discord, channel, ada } = bot;
  const { call, press, replyOf } = actions(bot);
  const greeter = { ...rook, first_mes: 'You again, {{user}}.' };
  const imported = await call(discord.owner, channel, 'persona import', { file: cardFile('rook.png', png(greeter)) });
  await replyOf(press(discord.owner, imported, /Let it answer/));
  const greeting = (): FakeMessage | undefined => channel.botMessages().find(({ content }) => /^You again, /.test(content));
  await discord.waitFor(greeting, 'the greeting', 8000);
  await bot.restart();
  assert.match((await call(ada, channel, 'persona list')).content, /^Rook answers here/);
  const removed = await call(discord.owner, channel, 'persona delete', { name: 'rook' });
  assert.match((await call(ada, channel, 'persona list')).content, /^Paddock answers here/);
  await bot.restart();
  assert.match((await replyOf(press(discord.owner, removed, /Bring it back/))).content, /Rook \(rook\) is back/);
  assert.match((await call(ada, channel, 'persona list')).content, /^Rook answers here/);
  assert.match((await call(discord.owner, channel, 'persona reload')).content, /^Read anew\.\nPersonas there are: \d+\.$/);
  assert.deepEqual(bot.troubles, []);
});
