import type { ShownPicture } from '../../persona/shown-picture.ts';
import type { OwnWebhook } from './webhook-channel.ts';

/** What a webhook wears, as it is kept over restarts. */
export type WornPicture = {
  /** Our own name for the picture. */
  readonly picture: string;
  /** Discord's name for it: another one there means that somebody has changed it. */
  readonly avatar: string;
  /** Whose it is. */
  readonly speakerId: string;
};

/** What the webhooks of a channel wear, by their ids. Failures are logged; a picture is then put on once more. */
export interface WornStore {
  load(channelId: string): Promise<Readonly<Record<string, WornPicture>>>;
  /** In place of what was kept of the channel. */
  save(channelId: string, worn: Readonly<Record<string, WornPicture>>): Promise<void>;
}

/** The one that speaks for who has no picture. @param name what it is called when it is made. */
export const plainAmong = (webhooks: readonly OwnWebhook[], name: string): OwnWebhook | undefined => {
  const bare = webhooks.filter(({ worn, isChanging }) => worn === undefined && !isChanging);
  // Somebody may have given it a picture for all who have none.
  return bare.find(({ avatar }) => avatar === null) ?? bare.find((webhook) => webhook.name === name);
};

export type DressingRoom = {
  readonly speakerId: string;
  readonly plainName: string;
  readonly dressedMax: number;
  /** Whether another webhook can be made. */
  readonly mayMake: boolean;
  /** Those that spoke since then keep what they wear. */
  readonly silentSince: number;
};

/**
 * Which webhook gets a picture that none wears: the speaker's own with a former one, one whose picture nobody knows, a new one (`make`), or
 * the one that was silent for the longest time. Undefined where none can be had: a scene with more members than webhooks must
 * not change clothes with every answer.
 */
export const webhookToDress = (webhooks: readonly OwnWebhook[], room: DressingRoom): OwnWebhook | 'make' | undefined => {
  const plain = plainAmong(webhooks, room.plainName);
  const others = webhooks.filter((webhook) => webhook !== plain);
  const ownOrFree =
    others.find(({ worn }) => worn?.speakerId === room.speakerId) ?? others.find(({ worn }) => worn === undefined);
  if (ownOrFree !== undefined) return ownOrFree;
  if (room.mayMake && others.length < room.dressedMax) return 'make';
  const [longest] = others.toSorted((one, other) => one.usedAt - other.usedAt);
  return longest !== undefined && longest.usedAt <= room.silentSince ? longest : undefined;
};

/** What is kept of a channel's webhooks. */
export const wornBy = (webhooks: readonly OwnWebhook[]): Readonly<Record<string, WornPicture>> =>
  Object.fromEntries(webhooks.flatMap(({ id, worn }) => (worn === undefined ? [] : [[id, worn] as const])));

/** A picture as Discord takes it. */
export const dataUri = ({ bytes, mediaType }: ShownPicture): string =>
  `data:${mediaType};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
