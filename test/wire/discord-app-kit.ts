// The real bot, put together as the program does it, with the demo model and a data folder of its own, on the loopback Discord.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp } from '../../src/app/app.ts';
import { createDiscord } from '../../src/app/discord.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type Logger, silentLogger } from '../../src/core/logger.ts';
import { type FakeDiscord, startFakeDiscord } from '../fakes/discord/index.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { closeAfterwards, fastTimers } from './discord-kit.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param configuration the configuration file, in YAML
 * @param model path of a model [the demo model]
 */
export const openApp = async (configuration: string, model?: string) => {
  const folder = temporaryFolder();
  closeAfterwards({ close: async () => folder.remove() });
  const file = join(folder.path, 'paddock.yaml');
  writeFileSync(file, configuration);
  const config = loadConfig({
    root,
    file,
    env: { PADDOCK_DATA: join(folder.path, 'data'), ...(model !== undefined && { PADDOCK_MODEL: model }) },
  });
  const troubles: string[] = [];
  const shutdowns: string[] = [];
  const note = (fields: object, text: string): void => {
    const error: unknown = Reflect.get(fields, 'error');
    troubles.push(`${text}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  const logger: Logger = { ...silentLogger, warn: note, error: note };
  const discord = await startFakeDiscord({ rateLimit: { limit: 100_000, windowMs: 1000 } });
  closeAfterwards(discord);
  const [guild, spare] = [discord.addGuild({ name: 'Meadow' }), discord.addGuild({ name: 'Spare' })];
  const channel = guild.addChannel({ name: 'general' });
  const ada = discord.addUser({ name: 'ada', displayName: 'Ada' });
  guild.addMember(ada);
  const start = () => startBot({ config, discord, logger, onShutdown: () => shutdowns.push('asked'), note });
  let running = await start();
  closeAfterwards({ close: () => running.close() });
  return {
    ...{ discord, guild, spare, channel, ada, troubles, shutdowns, folder: join(folder.path, 'data') },
    get app() {
      return running.app;
    },
    get platform() {
      return running.platform;
    },
    /** Ends the bot as the program does and starts it anew, with the same data folder on the same Discord. */
    restart: async (): Promise<void> => {
      await running.close();
      running = await start();
    },
  };
};

type BotOptions = {
  readonly config: Config;
  readonly discord: FakeDiscord;
  readonly logger: Logger;
  onShutdown(): void;
  note(fields: object, text: string): void;
};

const startBot = async ({ config, discord, logger, onShutdown, note }: BotOptions) => {
  const app = await createApp(config, logger, { shutdown: onShutdown });
  const served = { ...config, discord: { ...config.discord, token: discord.token, apiUrl: discord.apiUrl } };
  const platform = createDiscord(app, served, { timers: fastTimers, logger, onFatal: (error) => note({ error }, 'fatal') });
  const close = async (): Promise<void> => {
    platform.drain();
    await app.drain();
    await platform.close();
    await app.close();
  };
  try {
    await platform.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { app, platform, close };
};
