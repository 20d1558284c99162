import { RESTJSONErrorCodes } from 'discord.js';
import type { SpeakerPicture } from '../../persona/speaker-pictures.ts';
import { discordCodeOf } from './failures.ts';
import type { WornPicture } from './worn-pictures.ts';

/** Somebody with a picture. */
export type Wearer = { readonly speakerId: string; readonly name: string; readonly picture: SpeakerPicture };

/** A webhook of the bot's own, and what it looks like. */
export type OwnWebhook = {
  readonly id: string;
  readonly token: string;
  name: string;
  avatar: string | null;
  /** Absent where it has no picture of ours, or it is not known which. */
  worn?: WornPicture;
  /** When it spoke last, as far as that is known. [0] */
  usedAt: number;
  /** While it is being given another look. */
  isChanging?: boolean;
};

/** What is known of one channel. */
export type WebhookChannel = {
  readonly id: string;
  /** As they were found, and changed since. */
  webhooks: readonly OwnWebhook[];
  /** Set while they are looked for and from then on. */
  looking?: Promise<boolean>;
  /** Set while the one without a picture is made. */
  making?: Promise<OwnWebhook | undefined>;
  isRefused: boolean;
  /** None is looked for, and none without a picture made, before. */
  notBefore: number;
  isTold: boolean;
};

/** What Discord says where the bot may not have a webhook, or there are too many already. */
const refusals: ReadonlySet<number | undefined> = new Set([
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MaximumNumberOfWebhooksReached,
  RESTJSONErrorCodes.MaximumNumberOfWebhooksPerGuildReached,
]);

/** Whether Discord allows no webhook, or no more of them. */
export const isWebhookRefused = (error: unknown): boolean => refusals.has(discordCodeOf(error));
