// The loopback Discord of the measurements in a thread of its own, so that its work is not taken for the bot's.
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { startFakeDiscord } from '../test/fakes/discord/index.ts';

/** What both threads read the same. */
const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;

type Sizes = { readonly channels: number; readonly people: number };
type Ready = { readonly kind: 'ready'; readonly token: string; readonly apiUrl: string; readonly channelIds: readonly string[] };
type Told = Ready | { readonly kind: 'said'; readonly at: number };
type Asked =
  | { readonly kind: 'say'; readonly channel: number; readonly person: number; readonly text: string }
  | { readonly kind: 'close' };

/** A Discord with one server in another thread. */
export type DiscordThread = Omit<Ready, 'kind'> & {
  /**
   * Lets somebody mention the bot with a text. Resolves with the moment just before the event is written to the
   * socket, in milliseconds as `now` has them; that may be after the bot got it.
   */
  say(channel: number, person: number, text: string): Promise<number>;
  /** Milliseconds since some moment. */
  now(): number;
  close(): Promise<void>;
};

export const startDiscordThread = async (sizes: Sizes): Promise<DiscordThread> => {
  const worker = new Worker(new URL(import.meta.url), { workerData: sizes });
  const told = (kind: Told['kind']): Promise<Told> =>
    new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: Told) => {
        worker.off('error', reject);
        if (message.kind === kind) resolve(message);
        else reject(new Error(`the loopback Discord said ${message.kind} in place of ${kind}`));
      });
    });
  const ask = (asked: Asked): void => worker.postMessage(asked);
  const ready = await told('ready');
  assert.ok(ready.kind === 'ready');
  const { kind: _kind, ...rest } = ready;
  return {
    ...rest,
    say: async (channel, person, text) => {
      const said = told('said');
      ask({ kind: 'say', channel, person, text });
      const answer = await said;
      assert.ok(answer.kind === 'said');
      return answer.at;
    },
    now: sharedNow,
    close: async () => {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      ask({ kind: 'close' });
      await ended;
    },
  };
};

const serve = async (sizes: Sizes): Promise<void> => {
  const port = parentPort;
  assert.ok(port);
  const discord = await startFakeDiscord({ rateLimit: { limit: 1_000_000, windowMs: 1000 } });
  const guild = discord.addGuild({ name: 'Bench' });
  const channels = Array.from({ length: sizes.channels }, (_, index) => guild.addChannel({ name: `channel-${index}` }));
  const people = Array.from({ length: sizes.people }, (_, index) => discord.addUser({ name: `person${index}` }));
  const tell = (told: Told): void => port.postMessage(told);
  port.on('message', (asked: Asked) => {
    if (asked.kind === 'close') {
      void discord.close().then(() => port.close());
      return;
    }
    const [channel, person] = [channels[asked.channel], people[asked.person]];
    assert.ok(channel && person);
    const at = sharedNow();
    channel.say(person, `${discord.bot.mention} ${asked.text}`);
    tell({ kind: 'said', at });
  });
  tell({ kind: 'ready', token: discord.token, apiUrl: discord.apiUrl, channelIds: channels.map(({ id }) => id) });
};

if (!isMainThread) await serve(workerData as Sizes);
