export type { SeenChannel, SeenStore } from './channel-notes.ts';
export { createDiscordPlatform, type DiscordPlatform } from './discord-platform.ts';
export type { ChannelTree } from './left-servers.ts';
export type { NoticeStore, OpenNotice } from './open-notices.ts';
export type { DiscordPlatformOptions } from './platform-options.ts';
export type { WornPicture, WornStore } from './worn-pictures.ts';
