// What is wrong on the machine, as the program tells it: a sentence that says what to do, never a stack, and exit code 78.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { demoText } from '../../src/engine/llama/gguf/demo-model.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { createProcesses, type Ended, main, moduleOf } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
afterEach(processes.end);
after(() => folder.remove());

const assertTold = ({ code, errors, out }: Ended, sentence: RegExp): void => {
  assert.equal(code, 78, errors);
  assert.match(errors, sentence);
  assert.doesNotMatch(errors, /^ {4}at /m);
  assert.equal(out, '');
};

describe('the data folder', () => {
  it('can not be a file, nor lie in one, nor where nobody may write', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    for (const data of [file, join(file, 'below')]) {
      const told = await processes.run('hello\n', ['--data', data]);
      assertTold(told, /^paddock: .*file.* can not be used: it, or a folder above it, is a file\. .*--data/m);
    }
    assertTold(await processes.run('', ['models', '--data', file]), /is a file\. .*--data/);
    if (!existsSync('/proc/self')) return;
    const told = await processes.run('hello\n', ['--data', '/proc/paddock']);
    assertTold(told, /^paddock: \/proc\/paddock can not be used: this user may not write there\. .*--data/m);
  });

  it('can be on a full disk', async () => {
    const full = (call: string) =>
      moduleOf(`
        import fs from 'node:fs';
        import { syncBuiltinESMExports } from 'node:module';
        fs.${call} = () => { throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }); };
        syncBuiltinESMExports();
      `);
    const told = await processes.run('hello\n', ['--data', join(folder.path, 'full')], { preload: [full('writeSync')] });
    assertTold(told, /^paddock: .*demo\.gguf can not be used: there is no room left on its disk\. Free some space/m);
  });

  it('can not hold a store of a kind that there is not; that is told with all other mistakes', async () => {
    const config = join(folder.path, 'redis.yaml');
    writeFileSync(config, 'engine: { slots: two }\nmemory:\n  store: redis://user:hunter2@host:6379\n');
    const told = await processes.run('hello\n', ['--config', config, '--data', join(folder.path, 'redis')]);
    assertTold(told, /redis\.yaml:1:\d+ +engine\.slots.*\n.*redis\.yaml:3:\d+ +memory\.store: expected `sqlite`/);
    assert.doesNotMatch(told.errors, /hunter2/);
  });
});

describe('the address of Discord', () => {
  const onDiscord = (apiUrl: string) => ({ environment: { DISCORD_TOKEN: 'abc.def.ghi', DISCORD_API_URL: apiUrl } });

  it('has to be a URL', async () => {
    const told = await processes.run('', ['--data', join(folder.path, 'url')], onDiscord('localhost:8080'));
    assertTold(told, /^paddock: environment +DISCORD_API_URL: expected a URL that begins with http/m);
  });

  it('has to be that of Discord', async () => {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/page')) response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Nothing here</h1>');
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"welcome":"elsewhere"}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      for (const address of [`http://127.0.0.1:${port}/page`, `http://127.0.0.1:${port}/api`, `https://127.0.0.1:${port}/api`]) {
        const told = await processes.run('', ['--data', join(folder.path, 'elsewhere')], onDiscord(address));
        assertTold(told, /is not Discord's REST interface .*Correct DISCORD_API_URL/);
        assert.ok(told.errors.includes(address), told.errors);
      }
    } finally {
      server.closeAllConnections();
      await once(server.close(), 'close');
    }
  });

  it('may be out of reach for a while: that is told, tried again, and ends well', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    const bot = processes.start(['--data', join(folder.path, 'away')], onDiscord(`http://127.0.0.1:${port}/api`));
    await bot.hears(/Discord can not be reached; trying again[\s\S]*Discord can not be reached; trying again/);
    bot.child.kill('SIGTERM');
    assert.equal((await bot.ended).code, 0, bot.output.errors);
  });
});

describe('standard output', () => {
  const long = 'What is said here is long. '.repeat(60_000);
  const words = ['prompt', '--template', 'zephyr', '--conversation', '-', '--data', join(folder.path, 'long')];

  it('gets the whole of a long prompt, however slowly it is read', async () => {
    const { child, ended } = processes.start(words);
    child.stdout.pause();
    child.stdin.end(JSON.stringify([{ role: 'user', content: long }]));
    // Nothing is read before the pipe has long been full.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.stdout.resume();
    const { out, code, errors } = await ended;
    assert.equal(code, 0, errors);
    // Not `equal`: nobody wants to read the difference.
    assert.ok(out.includes(`\n${long}</s>\n<|assistant|>\n`), `${out.length} characters came of ${long.length}`);
  });

  it('may be closed by a reader that has enough', async () => {
    // As JSON, for which the engine runs and is ended afterwards: the error of the pipe comes meanwhile.
    const { child, ended } = processes.start([...words, '--json']);
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end(JSON.stringify([{ role: 'user', content: long.slice(0, 300_000) }]));
    const { code, errors } = await ended;
    assert.deepEqual([code, errors], [0, '']);
  });
});

describe('what can not be written', () => {
  it('is told once, in a sentence, and the exit code says that answers were lost', async (context) => {
    if (!existsSync('/dev/full')) return context.skip('there is no /dev/full here');
    const command = 'exec "$0" "$1" --data "$2" > /dev/full';
    const program = ['/bin/sh', '-c', command, process.execPath, main, join(folder.path, 'lost')] as const;
    const { code, errors } = await processes.run('a\nb\n', [], { program, environment: { PADDOCK_LOG_LEVEL: 'warn' } });
    assert.equal(code, 1, errors);
    assert.equal(
      errors,
      'paddock: Standard output can not be written: there is no room left where it goes. Free some space, or send it elsewhere (ENOSPC).\n',
    );
  });

  it('is no escape sequence that somebody typed', async () => {
    const words = ['prompt', '--conversation', '-', '--data', join(folder.path, 'escape')];
    const named = await processes.run('[]', [...words, '--persona', 'x\x1b[31m']);
    assert.equal(named.code, 78);
    assert.match(named.errors, /^paddock: --persona +there is no persona "x/);
    const option = await processes.run('', ['\x1b[31mword']);
    assert.match(option.errors, /there is no command "word"/);
    for (const { errors } of [named, option]) assert.ok(!errors.includes('\x1b'), JSON.stringify(errors));
  });
});

describe('the end of the input', () => {
  it('ends it with 0, whatever became of the lines', async () => {
    const told = await processes.run('hello\n', ['--data', join(folder.path, 'none'), '--model', 'nowhere.gguf']);
    assert.deepEqual([told.code, told.out], [0, ''], told.errors);
    assert.match(told.errors, /My language model could not be loaded/);
    const answered = await processes.run('/nonsense\nhello\n', ['--data', join(folder.path, 'some')]);
    assert.deepEqual([answered.code, answered.out], [0, `${demoText}\n`], answered.errors);
  });
});
