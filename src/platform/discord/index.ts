export { createDiscordPlatform, type DiscordPlatform, type DiscordPlatformOptions } from './discord-platform.ts';
