// The real bot with a small model that can be asked, for tests of what is kept of people and who is answered.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { FakeChannel, FakeMessage, FakeUser, SayOptions } from '../fakes/discord/index.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { wordModel } from '../model/prompt-kit.ts';
import { openApp } from './discord-app-kit.ts';
import { closeAfterwards, pause } from './discord-kit.ts';

const configuration = `
engine: { gpuLayers: 0, threads: 1, contextTokens: 2048, slots: 1 }
template: alpaca
answer: { tokensMax: 8 }
sampling: { temperature: 0 }
`;

export const openAsked = async (more = '') => {
  const models = temporaryFolder();
  closeAfterwards({ close: async () => models.remove() });
  const bot = await openApp(configuration + more, wordModel(models.path));
  const { discord, guild } = bot;

  const member = (name: string): FakeUser => {
    const user = discord.addUser({ name, displayName: `${name.charAt(0).toUpperCase()}${name.slice(1)}` });
    guild.addMember(user);
    return user;
  };
  const textsIn = async (channel: { readonly id: string }): Promise<readonly string[]> =>
    (await bot.app.memory.turns(`discord:${channel.id}`)).map(({ alternatives }) => alternatives.join('|'));
  const until = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
    for (const endsAt = Date.now() + 15_000; !(await isSo()); await pause(20))
      if (Date.now() > endsAt) throw new Error(`never came: ${what}; ${bot.troubles.join()}`);
  };
  const remembers = (channel: { readonly id: string }, text: string): Promise<void> =>
    until(async () => (await textsIn(channel)).some((each) => each.includes(text)), `${text} to be remembered`);
  /** Asks and resolves once the answer is remembered. */
  const ask = async (channel: FakeChannel, user: FakeUser, text: string, options: SayOptions = {}): Promise<FakeMessage> => {
    const question = channel.say(user, `${discord.bot.mention} ${text}`, options);
    await until(async () => {
      const turns = await bot.app.memory.turns(`discord:${channel.id}`);
      const asked = turns.find(({ messageIds }) => messageIds.includes(question.id));
      return asked !== undefined && turns.some(({ replyTo }) => replyTo === asked.id);
    }, `the answer to ${text}`);
    return question;
  };
  /** Calls a command; gives all it says, with the texts of its files. */
  const call = async (user: FakeUser, channel: FakeChannel, path: string, options = {}): Promise<string> => {
    const response = await discord.callCommand(user, channel, path, options).answered();
    return [response.content, ...response.attachments.map(({ bytes }) => Buffer.from(bytes).toString())].join('\n');
  };

  /** Every row of the store, and the raw bytes of every file in the data folder but the models. */
  const rows = (): readonly string[] => {
    const database = new Database(join(bot.folder, 'paddock.db'), { readonly: true });
    try {
      return database
        .prepare<[], { key: string; value: string }>('SELECT key, value FROM entries')
        .all()
        .map(({ key, value }) => `${key} ${value}`);
    } finally {
      database.close();
    }
  };
  const files = (folder = bot.folder): readonly string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
    );
  const filesWith = (text: string): readonly string[] => files().filter((path) => readFileSync(path).includes(text));

  return { ...bot, bot, member, textsIn, until, remembers, ask, call, rows, files, filesWith };
};
