import { createApp } from '../app/app.ts';
import { createDiscord } from '../app/discord.ts';
import { PaddockError } from '../core/error.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { LoadedSettings } from './load-settings.ts';
import type { Shutdown } from './shutdown.ts';

/** Where Discord's own REST interface is, and the setting's default. */
const discordApiUrl = 'https://discord.com/api';

/** Serves Discord until a signal ends the process; gives the exit code. Throws what Discord refuses. */
export const serveDiscord = async ({ config }: LoadedSettings, shutdown: Shutdown): Promise<number> => {
  const logger = createLogger({ ...config.log, secrets: config.discord.token === undefined ? [] : [config.discord.token] });
  const asked = Promise.withResolvers<string>();
  const app = await createApp(config, logger, { shutdown: () => asked.resolve('/admin shutdown') });
  try {
    const refused = Promise.withResolvers<never>();
    const discord = createDiscord(app, config, { logger, onFatal: refused.reject });
    try {
      const started = discord.start().catch((error: unknown) => {
        throw wrongAddress(error, config.discord.apiUrl);
      });
      await Promise.race([started, refused.promise, shutdown.asked, asked.promise]);
      const signal = await Promise.race([shutdown.asked, refused.promise, asked.promise]);
      logger.info({ part: 'start', signal }, 'ending');
      discord.drain();
      await app.drain();
      return 0;
    } finally {
      await discord.close();
    }
  } finally {
    shutdown.begin();
    await app.close();
  }
};

/** The error to throw when the start failed in a way that is none of Discord's own: at another address, something else answers. */
const wrongAddress = (error: unknown, apiUrl: string): unknown => {
  if (error instanceof PaddockError || apiUrl === discordApiUrl) return error;
  const { origin, pathname } = new URL(apiUrl);
  const reason = error instanceof Error ? error.message.trim() : String(error);
  return new PaddockError(
    'discord-refused',
    `What answers at ${origin}${pathname} is not Discord's REST interface (${reason}). Correct DISCORD_API_URL or the setting discord.apiUrl, ` +
      `or remove it, which means ${discordApiUrl}.`,
    { userText: 'Discord can not be reached.', cause: error },
  );
};
