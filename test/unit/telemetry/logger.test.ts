import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

type Options = Partial<Parameters<typeof createLogger>[0]>;

const collect = (options: Options = {}, isTerminal = false) => {
  const written: string[] = [];
  const logger = createLogger({
    level: 'debug',
    format: 'pretty',
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 67),
    timeZone: 'UTC',
    ...options,
    destination: { isTerminal, write: (text) => void written.push(text) },
  });
  return { logger, text: () => written.join('') };
};

/** The one line of JSON that logging these gives. */
const jsonOf = (fields: object, message = 'm', options: Options = {}): Readonly<Record<string, unknown>> => {
  const { logger, text } = collect({ ...options, format: 'json' });
  logger.info(fields, message);
  assert.equal(text().indexOf('\n'), text().length - 1);
  return JSON.parse(text());
};

const token = ['MTIzNDU2Nzg5MDEyMzQ1Njc4OQ', 'GaBcDe', 'abcdefghijklmnopqrstuvwxyz0123456789AB'].join('.');

describe('createLogger', () => {
  it('writes a line for people', () => {
    const { logger, text } = collect();
    logger.warn({ waitMs: 1200, channel: 'a b', ids: ['1'], none: undefined, nothing: null }, 'slow answer');
    assert.equal(text(), '03:04:05.067 WARN  slow answer waitMs=1200 channel="a b" ids=["1"] nothing=null\n');
  });

  it('writes JSON for machines', () => {
    assert.deepEqual(jsonOf({ waitMs: 1200 }, 'slow'), {
      level: 'info',
      time: '2026-01-02T03:04:05.067Z',
      waitMs: 1200,
      message: 'slow',
    });
  });

  it('chooses by whether it writes to a terminal, and colours there only', () => {
    const terminal = collect({ format: 'auto' }, true);
    terminal.logger.error({}, 'x');
    assert.equal(terminal.text(), '03:04:05.067 \x1b[31mERROR\x1b[0m x\n');
    const plain = collect({ format: 'auto', hasColours: false }, true);
    plain.logger.error({}, 'x');
    assert.equal(plain.text(), '03:04:05.067 ERROR x\n');
    const file = collect({ format: 'auto' }, false);
    file.logger.error({}, 'x');
    assert.equal(JSON.parse(file.text()).message, 'x');
  });

  it('writes nothing below its level', () => {
    const { logger, text } = collect({ level: 'warn' });
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.warn({}, 'w');
    assert.equal(text(), '03:04:05.067 WARN  w\n');
    const silent = collect({ level: 'silent' });
    silent.logger.error({}, 'e');
    assert.equal(silent.text(), '');
  });

  it('tells an error with its causes; only an unexpected one shows where it happened, indented', () => {
    const { logger, text } = collect();
    const cause = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    logger.error({ error: new PaddockError('store-failed', 'cannot append', { userText: 'x', cause }) }, 'lost');
    const [first, ...rest] = text().trimEnd().split('\n');
    assert.equal(first, '03:04:05.067 ERROR lost error="cannot append" (store-failed) because "disk full" (ENOSPC)');
    assert.ok(rest.length > 0 && rest.every((line) => line.startsWith('    at ')));

    const expected = collect();
    expected.logger.error({ error: new PaddockError('not-found', 'no model', { userText: 'x' }) }, 'lost');
    assert.equal(expected.text(), '03:04:05.067 ERROR lost error="no model" (not-found)\n');

    const bare = collect();
    bare.logger.warn(new TypeError('bare'), 'w');
    assert.match(bare.text(), /^03:04:05\.067 WARN {2}w error="bare"\n {4}at /);
  });

  it('takes no more of an error than that: libraries hang what people said on theirs', () => {
    const error = Object.assign(new Error('refused'), { requestBody: { json: { content: 'what I said' } }, code: 50_013 });
    const { error: logged } = jsonOf({ error }) as { readonly error: object };
    assert.deepEqual(Object.keys(logged), ['type', 'message', 'code', 'stack']);
  });

  it('lets nobody forge a line or steer the terminal', () => {
    const hostile = 'x\n03:04:05.067 ERROR forged\r\x1b[2J\x9b2J\u202e\u2028';
    const { logger, text } = collect();
    logger.info(
      { [hostile]: hostile, error: Object.assign(new Error(hostile), { stack: `Error: x\n    at y\x1b[2J\n${hostile}` }) },
      hostile,
    );
    assert.doesNotMatch(text(), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]/);
    assert.deepEqual(
      text()
        .split('\n')
        .map((line) => line.slice(0, 4)),
      ['03:0', '    ', ''],
    );
    const json = collect({ format: 'json' });
    json.logger.info({ hostile }, hostile);
    assert.doesNotMatch(json.text().slice(0, -1), /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028]/);
    assert.equal(JSON.parse(json.text()).hostile, hostile);
    assert.deepEqual(jsonOf({ level: 'fake', message: 'fake', time: 0 }), {
      level: 'info',
      time: '2026-01-02T03:04:05.067Z',
      level_: 'fake',
      message_: 'fake',
      time_: 0,
      message: 'm',
    });
  });

  it('hides secrets by the name of their field, and nothing that only sounds like one', () => {
    const { message, level, time, ...fields } = jsonOf({
      token: 'abc',
      headers: { Authorization: 'Bot abc', 'x-api-key': 'k', accept: 'all' },
      config: { discord: { webhookUrl: 'http://x', clientSecret: { a: 'b' } }, password: 'p' },
      contextTokens: 4096,
      tokens: [1, 2],
      stopToken: 2,
    });
    assert.deepEqual(fields, {
      token: '[redacted]',
      headers: { Authorization: '[redacted]', 'x-api-key': '[redacted]', accept: 'all' },
      config: { discord: { webhookUrl: '[redacted]', clientSecret: '[redacted]' }, password: '[redacted]' },
      contextTokens: 4096,
      tokens: [1, 2],
      stopToken: 2,
    });
  });

  for (const [name, text, clean] of [
    ['a bot token', `got ${token}.`, 'got [redacted].'],
    [
      'a webhook',
      'POST https://discord.com/api/v10/webhooks/123/aB-c_9?wait=true',
      'POST https://discord.com/api/v10/webhooks/123/[redacted]?wait=true',
    ],
    ['an interaction', '/interactions/12/tok_en-1/callback', '/interactions/12/[redacted]/callback'],
    ['a header', 'headers {"authorization": "Bot abc.def", "x": 1}', 'headers {"authorization": "[redacted]", "x": 1}'],
    ['a bearer', 'sent Bearer abcdefgh12345678ijkl', 'sent Bearer [redacted]'],
    ['a password in a URI', 'redis://me:hunter2@host:6379/0', 'redis://[redacted]@host:6379/0'],
    ['a parameter', 'GET /x?a=1&access_token=abc&b=2', 'GET /x?a=1&access_token=[redacted]&b=2'],
    ['a known secret', 'the secret is sesame-open!', 'the secret is [redacted]!'],
    [
      'ordinary words',
      'Bot configuration-invalid: mail me@example.org, see https://example.org/@me',
      'Bot configuration-invalid: mail me@example.org, see https://example.org/@me',
    ],
  ] as const) {
    it(`hides ${name} in messages, values and errors`, () => {
      const { message, value, error } = jsonOf({ value: text, error: new Error(text, { cause: text }) }, text, {
        secrets: ['sesame-open', 'x'],
      });
      assert.equal(message, clean);
      assert.equal(value, clean);
      assert.ok(typeof error === 'object' && error !== null);
      assert.deepEqual([Reflect.get(error, 'message'), Reflect.get(error, 'cause')], [clean, clean]);
    });
  }

  it('hides a secret that stands where a long value is cut', () => {
    for (const before of [3999, 3990, 3960, 3930]) {
      const { value } = jsonOf({ value: `${'x '.repeat(before / 2)}${token} ${'y'.repeat(9000)}` });
      assert.ok(typeof value === 'string' && value.length <= 4001);
      assert.doesNotMatch(value, /MTIz|abcdef/);
    }
  });

  it('logs anything: cycles, depths, lengths, and values that refuse to be read', () => {
    const cycle: Record<string, unknown> = { name: 'cycle' };
    cycle.self = cycle;
    const error = new Error('loop');
    error.cause = error;
    const unreadable = Object.defineProperty({}, 'x', { enumerable: true, get: () => assert.fail('read') });
    const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`);
    const fields = jsonOf({
      cycle,
      error,
      deep,
      long: Array.from({ length: 60 }, (_, index) => index),
      big: 10n,
      bytes: new Uint8Array(3),
      date: new Date(0),
      not: Number.NaN,
      run: () => {},
    });
    assert.deepEqual(fields.cycle, { name: 'cycle', self: '[circular]' });
    assert.equal((fields.long as readonly unknown[]).length, 51);
    assert.deepEqual(
      [fields.big, fields.bytes, fields.date, fields.not, fields.run],
      ['10', '[3 bytes]', '1970-01-01T00:00:00.000Z', 'NaN', undefined],
    );
    assert.match(JSON.stringify(fields.error), /"cause":"\[circular\]"/);
    assert.match(JSON.stringify(fields.deep), /\[…\]/);
    assert.deepEqual(jsonOf({ unreadable }).value, '[unreadable]');
  });

  it('writes to standard error only, and has written when the process ends at once', () => {
    const logger = JSON.stringify(join(import.meta.dirname, '..', '..', '..', 'src', 'telemetry', 'logger.ts'));
    const code = `import { createLogger } from ${logger};
      const logger = createLogger({ level: 'info', format: 'json' });
      for (let i = 0; i < 500; i += 1) logger.info({ i }, 'x'.repeat(500));
      process.kill(process.pid, 'SIGKILL');`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', code], { encoding: 'utf8' });
    assert.equal(stdout, '');
    assert.equal(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').i, 499);
  });
});
