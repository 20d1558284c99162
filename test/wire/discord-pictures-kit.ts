// Personas with pictures on a loopback Discord.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWornStore } from '../../src/app/discord-stores.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { type Logger, silentLogger } from '../../src/core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../src/core/message.ts';
import type { Persona } from '../../src/core/persona.ts';
import { type Picture, plainPicture } from '../../src/persona/card/picture.ts';
import { shownPictureOf } from '../../src/persona/shown-picture.ts';
import { createSpeakerPictures } from '../../src/persona/speaker-pictures.ts';
import { createDiscordPlatform } from '../../src/platform/discord/index.ts';
import type { Timers } from '../../src/reply/index.ts';
import { type FakeChannel, type FakeMessage, startFakeDiscord } from '../fakes/discord/index.ts';
import { closeAfterwards, fastTimers } from './discord-kit.ts';
import { createPlainStore } from './plain-store.ts';
import { replySettings, write } from './writing-kit.ts';

export const listed = /^\/channels\/\d+\/webhooks$/;
export const changed = /^\/webhooks\/\d+\/[^/]+$/;

/** A Discord, a folder of personas with pictures, and bots on it, one after the other. Who is to answer stands first in a question. */
export const openStage = async (names: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-'));
  closeAfterwards({ close: async () => rmSync(folder, { recursive: true }) });
  const discord = await startFakeDiscord({ rateLimit: { limit: 100_000, windowMs: 1000 } });
  closeAfterwards(discord);
  const channel = discord.addGuild({ name: 'Meadow' }).addChannel({ name: 'general' });
  const ada = discord.addUser({ name: 'ada', displayName: 'Ada' });
  const store = createPlainStore();
  const personas = new Map<string, Persona>();
  let files = 0;
  /** Gives a persona a picture, or another one. */
  const paint = (name: string, picture: Pick<Picture, 'bytes'> = plainPicture(name)): void => {
    const path = join(folder, `${name}.png`);
    writeFileSync(path, picture.bytes);
    files += 1;
    utimesSync(path, files, files); // two writes can be quicker than the file system's clock
    personas.set(name, { id: name, name: `The ${name}`, summary: '', avatar: { kind: 'picture', path } });
  };
  for (const name of names) paint(name);

  let laterMs = 0;
  const timers: Timers = { now: () => fastTimers.now() + laterMs, after: fastTimers.after };
  const start = async () => {
    const log: { readonly fields: object; readonly message: string }[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields, message) => void log.push({ fields, message }) };
    const heard: IncomingMessage[] = [];
    const past: IncomingMessage[] = [];
    const delivered = new Map<string, readonly string[]>();
    const onMessage = async (message: IncomingMessage, port: ReplyPort): Promise<void> => {
      heard.push(message);
      if (message.addressed === 'none') return port.end();
      const [id = '', text = ''] = message.text.split(': ');
      const name = personas.get(id)?.name ?? id;
      const speaker = { id: `persona:${id}`, name, look: { name } };
      delivered.set(message.id, await write(port, speaker, text, { reply: replySettings, pieces: 1 }));
    };
    const platform = createDiscordPlatform({
      ...{ token: discord.token, apiUrl: discord.apiUrl, editIntervalMs: 1000, logger, timers, onMessage },
      commands: [],
      pictureOf: createSpeakerPictures({ persona: (id) => personas.get(id), logger }).of,
      worn: createWornStore(store),
      historyOnFirstUse: 50,
      heard: async (messages) => {
        past.push(...messages);
        return [];
      },
      onEdit: async () => assert.fail('nobody edits'),
      onDelete: async () => {},
      onFatal: (error) => assert.fail(error),
    });
    closeAfterwards(platform);
    await platform.start();
    const ask = async (text: string, where: FakeChannel = channel): Promise<FakeMessage> => {
      const question = where.say(ada, `${discord.bot.mention} ${text}`);
      await discord.waitFor(() => delivered.has(question.id), `the answer to ${text}`);
      const [id = '', ...more] = delivered.get(question.id) ?? [];
      assert.deepEqual(more, []);
      return discord.message(id);
    };
    return { platform, ask, heard, past, log };
  };
  const count = (method: string, path: RegExp): number => discord.requests({ method, path }).length;
  return {
    ...{ discord, channel, ada, paint, start, personas },
    later: (ms: number) => {
      laterMs += ms;
    },
    /** Webhooks looked for, made and given another look. */
    costs: () => [count('GET', listed), count('POST', listed), count('PATCH', changed)],
  };
};

export const avatarOf = (message: FakeMessage): string | null => message.payload().author.avatar;
export const turnOf = (message: FakeMessage): Turn => ({
  ...{ id: 'a', role: 'assistant', speaker: { id: 'persona:x', name: 'x' }, alternatives: ['x'], shown: 0, at: 0 },
  messageIds: [message.id],
});
export const shownBytes = (picture: Picture): Uint8Array | undefined => shownPictureOf(picture).shown?.bytes;
