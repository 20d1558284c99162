// Starts the program as people do, as a process of its own with pipes, and looks at what it leaves.
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Turn } from '../../src/core/conversation.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { openStore } from '../../src/store/store.ts';
import { randomModel } from '../fakes/models.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const main = join(root, 'src', 'main.ts');

export type Ended = {
  readonly out: string;
  readonly errors: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
};

export type Started = {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written so far. */
  readonly output: { readonly out: string; readonly errors: string };
  readonly ended: Promise<Ended>;
  /** Waits until standard error holds this; fails when the process ends first. */
  hears(expected: RegExp): Promise<void>;
};

export type StartOptions = {
  /** Besides what a program needs; no setting of this machine changes a test. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Modules that node loads before the program: `data:` URLs. */
  readonly preload?: readonly string[];
  /** What is run instead of node with the program. */
  readonly program?: readonly [file: string, ...words: string[]];
  /** In a process group of its own. */
  readonly detached?: boolean;
};

/** The source of a module, to be preloaded. */
export const moduleOf = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

/** Everything that a test starts, so that it can be ended whatever happens. */
export const createProcesses = (home: string) => {
  const running = new Set<Started>();

  const start = (words: readonly string[], options: StartOptions = {}): Started => {
    const preloads = (options.preload ?? []).flatMap((url) => ['--import', url]);
    const [file, ...first] = options.program ?? [process.execPath, ...preloads, main];
    const child = spawn(file, [...first, ...words], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: home, DISCORD_TOKEN: '', ...options.environment },
      stdio: 'pipe',
      detached: options.detached ?? false,
    });
    const output = { out: '', errors: '' };
    child.stdout.on('data', (data) => (output.out += data));
    child.stderr.on('data', (data) => (output.errors += data));
    child.stdin.on('error', () => {}); // it may have ended before it read everything
    const ended = once(child, 'close').then(([code, signal]): Ended => ({ ...output, code, signal }));
    const hears = async (expected: RegExp): Promise<void> => {
      const closed = ended.then(() => true);
      while (!expected.test(output.errors)) {
        const isOver = await Promise.race([once(child.stderr, 'data').then(() => false), closed]);
        assert.ok(!isOver || expected.test(output.errors), `it ended before it said ${expected}: ${output.errors}`);
      }
    };
    const started = { child, output, ended, hears };
    running.add(started);
    void ended.then(() => running.delete(started));
    return started;
  };

  return {
    start,
    /** Runs to the end with this standard input. */
    run: async (input: string, words: readonly string[], options?: StartOptions): Promise<Ended> => {
      const { child, ended } = start(words, options);
      child.stdin.end(input);
      return await ended;
    },
    /** Ends what still runs. */
    end: async (): Promise<void> => {
      const left = [...running];
      for (const { child } of left) child.kill('SIGKILL');
      await Promise.all(left.map(({ ended }) => ended));
    },
  };
};

/** Words for a bot that writes one answer for a long while: some thousand tokens without sense. */
export const longAnswer = (folder: string): readonly string[] => {
  const config = join(folder, 'long.yaml');
  writeFileSync(
    config,
    'engine: { gpuLayers: 0, threads: 1, contextTokens: 30000 }\nanswer: { tokensMax: 20000 }\ntemplate: alpaca\nsampling: { temperature: 0 }\n',
  );
  return ['--model', randomModel(folder), '--config', config];
};

/** What a bot has remembered of the chat in a terminal, once it has ended. */
export const turnsIn = async (data: string): Promise<readonly Turn[]> => {
  const memory = createMemory({ store: await openStore(`sqlite://${join(data, 'paddock.db')}`), now: Date.now });
  try {
    return await memory.turns('terminal:local');
  } finally {
    await memory.close();
  }
};

/** Process ids of a process's children, from Linux's list of processes. */
export const childrenOf = (parent: number | undefined): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        // `pid (name) state ppid …`; a name may hold anything.
        return Number(/.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === parent;
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
