// Makes `npm start` and `npm test` work from a clean clone: installs the locked dependencies, among
// them the Node 24 runtime, whenever they are missing or older than the lock file.
//
// Plain JavaScript without dependencies, because it runs on whatever Node the machine has (20 or
// newer) before anything is installed. It writes to standard error only: standard output belongs to
// the chat. Install scripts stay off, so nothing is compiled or downloaded outside the registry.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.paddock-setup');
const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const fail = (sentence) => {
  process.stderr.write(`paddock: ${sentence}\n`);
  process.exit(1);
};

const isUpToDate = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash;
if (!isUpToDate) {
  process.stderr.write('paddock: installing what is missing (once, about a minute; 0.5 GB of it are the GPU libraries)…\n');
  // Not `npm ci`: that refuses a lock file without an entry for every other platform's optional
  // packages, and not every registry has all of those. This too installs what the lock says, checked
  // by its hashes, and changes neither file.
  const install = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...install], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', install, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) fail('the installation failed; see the lines above. Check the network connection and run the command again.');
  writeFileSync(stamp, lockHash);
}

const hasBundledRuntime = existsSync(join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'));
if (!hasBundledRuntime && Number(process.versions.node.split('.')[0]) < 24) {
  fail(
    `there is no bundled Node.js runtime for ${process.platform} on ${process.arch}, and the installed one is ${process.version}. ` +
      'Install Node.js 24 or newer and run the command again.',
  );
}
