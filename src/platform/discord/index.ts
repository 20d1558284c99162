export type { SeenChannel, SeenStore } from './channel-notes.ts';
export { createDiscordPlatform, type DiscordPlatform, type DiscordPlatformOptions } from './discord-platform.ts';
