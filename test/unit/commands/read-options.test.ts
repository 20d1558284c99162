import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GivenOptions, readOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandOption, CommandPlace, OptionValue, RunnableCommand } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { everyone } from './services.ts';

const read = (option: Omit<CommandOption, 'name' | 'description'>, value: OptionValue): OptionValue | undefined => {
  const command: RunnableCommand = {
    name: 'test',
    description: 'A test',
    rank: 'everyone',
    options: [{ name: 'it', description: 'It', ...option }],
    run: async () => ({ text: '', isPrivate: true }),
  };
  const given: GivenOptions = { it: value };
  return readOptions({ path: 'test', command }, given, everyone).it;
};

const file = { name: 'a.png', read: async () => new Uint8Array() };
const user = { id: 'discord:123456789012345678', name: '123456789012345678', isBot: false };

const taken: readonly (readonly [Omit<CommandOption, 'name' | 'description'>, OptionValue, OptionValue])[] = [
  [{}, ' a ', 'a'],
  [{ min: 2 }, 'ab', 'ab'],
  [{ max: 4000 }, 'x'.repeat(4000), 'x'.repeat(4000)],
  [{ kind: 'choice', values: ['Reply', 'thread'] }, 'reply', 'Reply'],
  [{ kind: 'integer' }, '12', 12],
  [{ kind: 'integer', min: -5 }, '-5', -5],
  [{ kind: 'integer' }, 7, 7],
  [{ kind: 'number' }, '0,7', 0.7],
  [{ kind: 'number' }, '.5', 0.5],
  [{ kind: 'number', max: 2 }, 2, 2],
  [{ kind: 'boolean' }, 'Yes', true],
  [{ kind: 'boolean' }, 'nein', false],
  [{ kind: 'boolean' }, false, false],
  [{ kind: 'user' }, '123456789012345678', user],
  [{ kind: 'user' }, '<@!123456789012345678>', user],
  [{ kind: 'user' }, 'discord:123456789012345678', user],
  [{ kind: 'channel' }, '<#123456789012345678>', { id: '123456789012345678', name: '123456789012345678' }],
  [{ kind: 'role' }, '<@&123456789012345678>', { id: '123456789012345678', name: '123456789012345678' }],
  [{ kind: 'attachment' }, file, file],
];

for (const [option, value, expected] of taken) {
  test(`${JSON.stringify(option).slice(0, 60)} takes ${JSON.stringify(value).slice(0, 40)}`, () =>
    assert.deepEqual(read(option, value), expected));
}

const refused: readonly (readonly [Omit<CommandOption, 'name' | 'description'>, OptionValue, RegExp])[] = [
  [{ min: 2 }, 'a', /too short.*2/],
  [{}, 'x'.repeat(1001), /too long.*1000/],
  [{ kind: 'choice', values: ['reply', 'thread'] }, 'other', /one of these: reply, thread/],
  [{ kind: 'integer' }, '1.5', /whole number/],
  [{ kind: 'integer' }, '0x10', /whole number/],
  [{ kind: 'integer' }, '99999999999999999999', /whole number/],
  [{ kind: 'integer' }, 1.5, /whole number/],
  [{ kind: 'integer', min: 1 }, '0', /at least 1/],
  [{ kind: 'number' }, '1e9', /has to be a number/],
  [{ kind: 'number' }, Number.NaN, /has to be a number/],
  [{ kind: 'number', max: 2 }, '2.1', /at most 2/],
  [{ kind: 'boolean' }, 'perhaps', /yes or no/],
  [{ kind: 'user' }, 'Robin', /has to be a user/],
  [{ kind: 'channel' }, '12', /has to be a channel/],
  [{ kind: 'role' }, '@everyone', /has to be a role/],
  [{ kind: 'attachment' }, '/etc/passwd', /has to be a file/],
];

for (const [option, value, userText] of refused) {
  test(`${JSON.stringify(option)} refuses ${JSON.stringify(value).slice(0, 40)}`, () =>
    assert.throws(
      () => read(option, value),
      (error) => error instanceof PaddockError && error.code === 'bad-input' && userText.test(error.userText),
    ));
}

test('every place: a command runs where it may, and says where that is elsewhere', async () => {
  const places: readonly CommandPlace[] = ['server', 'thread', 'direct', 'terminal'];
  for (const where of places) {
    for (const allowed of places) {
      const command: RunnableCommand = {
        name: 'test',
        description: 'A test',
        rank: 'everyone',
        places: [allowed],
        options: [],
        run: async () => ({ text: 'ran', isPrivate: true }),
      };
      const { text, isFailure } = await runCommand([command], { ...everyone, where }, 'test', {}, silentLogger);
      assert.equal(isFailure, where !== allowed);
      if (isFailure) assert.match(text, /^\/test can’t be called here, only in /);
    }
  }
});

test('refusals speak the language of the caller and name the command as it is called there', async () => {
  const outcome = await runCommand([], { ...everyone, locale: 'de', where: 'server' }, 'xyzzy', {}, silentLogger);
  assert.equal(outcome.text, 'Diesen Befehl gibt es nicht. /hilfe zählt alle auf.');
});
