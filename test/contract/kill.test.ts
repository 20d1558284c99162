// SIGKILL at any moment, on one database that grows: everything acknowledged is there, once and in order,
// at most the one turn under way is there besides, and the file is whole.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { createMemory } from '../../src/memory/memory.ts';
import { openStore } from '../../src/store/store.ts';

const rounds = 50;
const conversations = ['kill:a', 'kill:b', 'kill:c'];
/** A child is killed after a random number of acknowledgements up to this, so every round ends elsewhere in the segments. */
const acknowledgedMax = 200;
const openingMsMax = 200;
const child = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

/** `KILL_SEED=<number>` draws the moments of another run again; how far a child has come by then may differ. */
const seed = process.env.KILL_SEED ?? String(randomInt(2 ** 32));

/** A number from 0 up to, not including, `below`: the same for the same seed and round. */
const drawn = (round: number, below: number): number =>
  createHash('sha256').update(`${seed}:${round}`).digest().readUInt32BE() % below;

/** When a child is killed: so many acknowledgements, or milliseconds, after its start. */
type KillAfter = { readonly acknowledgements: number } | { readonly milliseconds: number };

/** Most children are killed at work; every fifth already while it opens what the one before it left, or soon after. */
const killAfterIn = (round: number): KillAfter =>
  round % 5 === 4 ? { milliseconds: drawn(round, openingMsMax) } : { acknowledgements: 1 + drawn(round, acknowledgedMax) };

/** Lets a child append until it is killed, and returns how many turns each conversation has for sure. */
const killOne = async (uri: string, counts: ReadonlyMap<string, number>, killAfter: KillAfter): Promise<Map<string, number>> => {
  const acknowledged = new Map(counts);
  const beginnings = [...counts].map(([conversation, count]) => `${conversation}=${count}`);
  const victim = spawn(process.execPath, [child, uri, ...beginnings], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(victim, 'exit');
  const timer = 'milliseconds' in killAfter ? setTimeout(() => victim.kill('SIGKILL'), killAfter.milliseconds) : undefined;
  try {
    let heard = 0;
    for await (const line of createInterface({ input: victim.stdout })) {
      const [conversation = '', number = ''] = line.split('=');
      assert.equal(Number(number), acknowledged.get(conversation), 'acknowledged in order');
      acknowledged.set(conversation, Number(number) + 1);
      heard += 1;
      if ('acknowledgements' in killAfter && heard === killAfter.acknowledgements) victim.kill('SIGKILL');
    }
    const [code, signal] = await exited;
    assert.equal(signal, 'SIGKILL', `the child ended by itself with ${code} after ${heard} turns`);
  } finally {
    clearTimeout(timer);
    victim.kill('SIGKILL');
  }
  return acknowledged;
};

/** The number of turns in each conversation, after all were looked at. */
const check = async (uri: string, path: string, acknowledged: ReadonlyMap<string, number>, round: number) => {
  const memory = createMemory({ store: await openStore(uri), now: Date.now });
  const counts = new Map<string, number>();
  for (const [conversation, sure] of acknowledged) {
    const turns = await memory.turns(conversation);
    const where = `${conversation} in round ${round}`;
    assert.deepEqual(
      turns.map((turn) => turn.at),
      Array.from(turns, (_, index) => index),
      `${where}: every turn once, in order`,
    );
    assert.ok(turns.length === sure || turns.length === sure + 1, `${where}: ${turns.length} turns for ${sure} acknowledged`);
    assert.equal(await memory.count(conversation), turns.length, where);
    for (const number of [0, Math.floor(turns.length / 2), turns.length - 1])
      assert.equal((await memory.findByMessage(conversation, `m${number}`))?.at, turns[number]?.at, where);
    counts.set(conversation, turns.length);
  }
  await memory.close();
  const database = new Database(path, { readonly: true });
  assert.equal(database.pragma('integrity_check', { simple: true }), 'ok', `round ${round}`);
  database.close();
  return counts;
};

describe('kill -9', () => {
  it(`loses nothing that was acknowledged, in ${rounds} rounds on one database`, async (context) => {
    context.diagnostic(`KILL_SEED=${seed}`);
    const folder = mkdtempSync(join(tmpdir(), 'paddock-kill-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'paddock.db');
    const uri = `sqlite://${path}`;
    let counts = new Map(conversations.map((conversation) => [conversation, 0]));
    for (let round = 0; round < rounds; round += 1) {
      counts = await check(uri, path, await killOne(uri, counts, killAfterIn(round)), round);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(total >= rounds, `${total} turns`);
    context.diagnostic(`${total} turns survived`);
  });
});
