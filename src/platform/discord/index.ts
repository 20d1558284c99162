export type { SeenChannel, SeenStore } from './channel-notes.ts';
export { createDiscordPlatform, type DiscordPlatform, type DiscordPlatformOptions } from './discord-platform.ts';
export type { NoticeStore, OpenNotice } from './open-notices.ts';
export type { WornPicture, WornStore } from './worn-pictures.ts';
