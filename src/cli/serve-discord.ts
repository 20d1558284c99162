import { createApp } from '../app/app.ts';
import { createDiscordPlatform } from '../platform/discord/index.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { LoadedSettings } from './load-settings.ts';
import { shutdownSignal } from './shutdown.ts';

/** Serves Discord until a signal ends the process; gives the exit code. Throws what Discord refuses. */
export const serveDiscord = async ({ config }: LoadedSettings): Promise<number> => {
  const logger = createLogger({ ...config.log, secrets: config.discord.token === undefined ? [] : [config.discord.token] });
  const ending = shutdownSignal();
  const app = await createApp(config, logger);
  try {
    const refused = Promise.withResolvers<never>();
    const discord = createDiscordPlatform({
      token: config.discord.token ?? '',
      apiUrl: config.discord.apiUrl,
      editIntervalMs: config.discord.editIntervalMs,
      answerBots: config.discord.answerBots,
      logger,
      commands: app.commands,
      onMessage: app.respond,
      onEdit: app.edited,
      onDelete: app.deleted,
      onFatal: refused.reject,
    });
    try {
      await Promise.race([discord.start(), refused.promise, ending]);
      const signal = await Promise.race([ending, refused.promise]);
      logger.info({ part: 'start', signal }, 'ending');
      await app.drain();
      return 0;
    } finally {
      await discord.close();
    }
  } finally {
    await app.close();
  }
};
