import type { Config } from '../config/config.ts';
import type { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import { createDiscordPlatform, type DiscordPlatform } from '../platform/discord/index.ts';
import type { Timers } from '../reply/index.ts';
import type { App } from './app.ts';

/**
 * The platform Discord of an app, which knows of it from now on; to be started and closed by the caller.
 * @param options.onFatal told what Discord refuses for good, such as the token
 */
export const createDiscord = (
  app: App,
  { discord, memory }: Pick<Config, 'discord' | 'memory'>,
  options: { readonly logger: Logger; readonly timers?: Timers; onFatal(error: PaddockError): void },
): DiscordPlatform => {
  const platform = createDiscordPlatform({
    ...options,
    token: discord.token ?? '',
    apiUrl: discord.apiUrl,
    editIntervalMs: discord.editIntervalMs,
    commands: app.commands,
    historyOnFirstUse: memory.listen === 'channel' ? memory.historyOnFirstUse : 0,
    seen: app.seen,
    worn: app.worn,
    notices: app.notices,
    pictureOf: app.pictures.of,
    formerAnswer: app.formerAnswer,
    heard: app.heard,
    onForget: app.forget,
    onForgetServer: app.forgetServer,
    tree: app.tree,
    prospect: app.prospect,
    remembered: app.remembered,
    replySettingsAt: (_place, message) => app.replySettings(message),
    onMessage: app.respond,
    onEdit: app.edited,
    onDelete: app.deleted,
  });
  app.platforms.attach('discord', platform);
  return platform;
};
