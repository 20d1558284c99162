// Makes `npm start` and `npm test` work from a clean clone: installs the locked dependencies, among
// them the Node 24 runtime, whenever they are missing or others than those of the lock file.
//
// Plain JavaScript without dependencies, because it runs on whatever Node the machine has (20 or
// newer) before anything is installed. It writes to standard error only: standard output belongs to
// the chat. Install scripts stay off, so nothing is compiled or downloaded outside the registry.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isWindows = process.platform === 'win32';
const binaries = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.paddock-setup');

const fail = (sentence) => {
  process.stderr.write(`paddock: ${sentence}\n`);
  process.exit(1);
};

const hashOf = (path) => (existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'none');

/** What is wanted and what is there: npm keeps its own list of what it has installed, for all or for production only. */
const state = () => `${hashOf(join(root, 'package-lock.json'))} ${hashOf(join(root, 'node_modules', '.package-lock.json'))}\n`;

/** Runs npm, and resolves with what it ended with. A signal to end this process, or the end of its parent, ends npm, too. */
const npm = (words) =>
  new Promise((resolve) => {
    const options = { cwd: root, stdio: ['ignore', 2, 2] };
    const script = process.env.npm_execpath;
    const child = script?.endsWith('.js')
      ? spawn(process.execPath, [script, ...words], options)
      : spawn('npm', words, { ...options, shell: isWindows });
    const stop = (name) => {
      child.on('exit', () => process.exit(128 + constants.signals[name]));
      child.kill(name);
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
    // The shell in which npm runs this passes no signal on: it just ends.
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || stop('SIGTERM'), 500).unref();
    child.on('error', () => resolve(1));
    child.on('exit', resolve);
  });

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== state()) {
  process.stderr.write('paddock: installing what is missing (once, about a minute; 0.5 GB of it are the GPU libraries)…\n');
  // Not `npm ci`: that refuses a lock file without an entry for every other platform's optional
  // packages, and not every registry has all of those. This too installs what the lock says, checked
  // by its hashes, and changes neither file. What `NODE_ENV=production` or `--omit` would leave out is
  // named: the tests and the check need the one, the runtime and the engine are the other.
  const wanted = ['--include=prod', '--include=dev', '--include=optional'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const status = await npm(['install', '--no-save', '--ignore-scripts', ...wanted, ...quiet]);
  if (status !== 0) fail('the installation failed; see the lines above. Check the network connection and run the command again.');
  writeFileSync(stamp, state());
}

// The scripts begin with `exec`, so that a signal to npm reaches the bot and not a shell around it.
// Windows has neither such signals nor the word; there it stands for nothing.
const exec = join(binaries, 'exec.cmd');
if (isWindows && !existsSync(exec)) writeFileSync(exec, '@%*\r\n');

const hasBundledRuntime = existsSync(join(binaries, isWindows ? 'node.cmd' : 'node'));
if (!hasBundledRuntime && Number(process.versions.node.split('.')[0]) < 24) {
  fail(
    `there is no bundled Node.js runtime for ${process.platform} on ${process.arch}, and the installed one is ${process.version}. ` +
      'Install Node.js 24 or newer and run the command again.',
  );
}
