import { GatewayIntentBits } from 'discord-api-types/v10';
import type { Json } from './payloads.ts';
import { channelPayload, memberPayload, rolePayload, timestamp } from './payloads.ts';
import { permissionsIn } from './permissions.ts';
import type { GuildRecord } from './records.ts';
import type { World } from './world.ts';
import { channelsOf } from './world.ts';

/** A guild as REST gives it. */
export const guildPayload = (guild: GuildRecord): Json => ({
  id: guild.id,
  name: guild.name,
  icon: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  description: null,
  owner_id: guild.ownerId,
  afk_channel_id: null,
  afk_timeout: 300,
  verification_level: 1,
  default_message_notifications: 1,
  explicit_content_filter: 2,
  mfa_level: 0,
  nsfw_level: 0,
  premium_tier: 0,
  premium_subscription_count: 0,
  premium_progress_bar_enabled: false,
  preferred_locale: guild.locale,
  application_id: null,
  system_channel_id: null,
  system_channel_flags: 0,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  max_members: 500_000,
  max_presences: null,
  vanity_url_code: null,
  features: [],
  emojis: [],
  stickers: [],
  roles: [...guild.roles.values()].map(rolePayload),
});

/** GUILD_CREATE; the members are all there only for who asked for presences, else the bot itself. */
export const guildCreatePayload = (world: World, guild: GuildRecord, intents: number): Json => {
  const seen = channelsOf(world, guild).filter((channel) => permissionsIn(channel, world.bot.id) !== 0n);
  const isEverybody = (intents & GatewayIntentBits.GuildPresences) !== 0;
  return {
    ...guildPayload(guild),
    joined_at: timestamp(guild.createdAt),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: [...guild.members.values()].filter((member) => isEverybody || member.user === world.bot).map(memberPayload),
    channels: seen.filter((channel) => channel.thread === undefined).map((channel) => channelPayload(channel)),
    threads: seen.filter((channel) => channel.thread?.isArchived === false).map((channel) => channelPayload(channel, world.bot)),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
};
