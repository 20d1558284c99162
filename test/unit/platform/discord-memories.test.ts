import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Command } from '../../../src/core/command.ts';
import { refusalOfBudget, refusalOfClose, refusalOfToken } from '../../../src/platform/discord/refusals.ts';
import { describeCommand } from '../../../src/platform/discord/registration.ts';
import { createSeenEvents } from '../../../src/platform/discord/seen-events.ts';

test('an event is new once, for a day', () => {
  let now = 0;
  const seen = createSeenEvents(() => now);
  assert.equal(seen.isFirst('1'), true);
  assert.equal(seen.isFirst('1'), false);
  now = bounds.discord.seenEventsMs - 1;
  assert.equal(seen.isFirst('1'), false);
  now += 1;
  assert.equal(seen.isFirst('1'), true);
});

test('no more events are kept than the bound says', () => {
  const seen = createSeenEvents(() => 0);
  for (let id = 0; id <= bounds.discord.seenEventsMax; id += 1) seen.isFirst(String(id));
  assert.equal(seen.isFirst('1'), false);
  assert.equal(seen.isFirst('0'), true);
});

test('what Discord refuses for good is told in one line; the rest is connected again', () => {
  for (const code of [4004, 4010, 4011, 4012, 4013, 4014]) {
    const refusal = refusalOfClose(code);
    assert.equal(refusal?.code, 'discord-refused');
    assert.doesNotMatch(refusal?.message ?? '', /\n/);
  }
  for (const code of [1000, 1001, 1006, 4000, 4001, 4007, 4009]) assert.equal(refusalOfClose(code), undefined);
  assert.equal(refusalOfBudget({ remaining: 50, reset_after: 1 }), undefined);
  assert.match(refusalOfBudget({ remaining: 3, reset_after: 1 })?.message ?? '', /only 3 more/);
  assert.equal(refusalOfToken('MTE4.Gh_1-x.abc'), undefined);
  for (const token of ['', 'a b', 'paste\nhere', '<token>']) assert.ok(refusalOfToken(token));
});

test('a command is described within Discord’s limits, what must be given first', () => {
  const command: Command = {
    name: 'test',
    description: 'x'.repeat(150),
    rank: 'everyone',
    options: [
      { name: 'maybe', description: 'Maybe', choices: async () => [] },
      { name: 'must', description: 'Must', isRequired: true },
    ],
    run: async () => ({ text: '', isPrivate: true }),
  };
  const described = describeCommand(command);
  assert.equal(described.description.length, 100);
  assert.deepEqual(
    described.options?.map((option) => [option.name, option.required, 'autocomplete' in option && option.autocomplete]),
    [
      ['must', true, false],
      ['maybe', false, true],
    ],
  );
});
