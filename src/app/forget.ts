import type { AccessControl } from '../access/access-control.ts';
import type { SettingOverrides } from '../config/overrides.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { JsonValue } from '../core/json.ts';
import type { Memory } from '../core/memory.ts';
import type { LoreAttachments } from '../lore/index.ts';
import type { Answering } from './answering.ts';

export type ForgetServices = {
  readonly memory: Pick<Memory, 'forget'>;
  readonly answering: Pick<Answering, 'stop' | 'forget'>;
  readonly globalVariables: { forget(conversation: ConversationKey): Promise<unknown> };
  readonly overrides: Pick<SettingOverrides, 'reset'>;
};

/** Forgets a conversation with all that was ever set in it: its place is gone, or its only human wishes so. */
export const createForget =
  ({ memory, answering, globalVariables, overrides }: ForgetServices) =>
  async (conversation: ConversationKey): Promise<void> => {
    await answering.stop(conversation);
    // Before the settings go, which tell who answered in it.
    await answering.forget(conversation);
    await memory.forget(conversation);
    await globalVariables.forget(conversation);
    const placeId = placeIdOf(conversation);
    // Limits of whatever rank go, too.
    if (placeId !== undefined) await overrides.reset(placeId, undefined, 'owner');
  };

/** What was set by command for the place of a conversation. */
export const createSettingsIn =
  (overrides: Pick<SettingOverrides, 'at'>) =>
  async (conversation: ConversationKey): Promise<JsonValue | undefined> => {
    const placeId = placeIdOf(conversation);
    const found = placeId === undefined ? undefined : (await overrides.at({ channelIds: [placeId] })).get(placeId);
    return found && JSON.parse(JSON.stringify(found));
  };

/** Where settings can be made for the place of one conversation, the place's id. */
const placeIdOf = (conversation: ConversationKey): string | undefined => /^discord:(\d+)$/.exec(conversation)?.[1];

/** Forgets what was set for a server, which lorebooks it had, and who may use the bot there: the bot has left it. */
export const createForgetServer =
  ({
    overrides,
    access,
    lore,
  }: Pick<ForgetServices, 'overrides'> & {
    readonly access: Pick<AccessControl, 'lists' | 'remove'>;
    readonly lore: Pick<LoreAttachments, 'forget'>;
  }) =>
  async (serverId: string): Promise<void> => {
    await overrides.reset(serverId, undefined, 'owner');
    await lore.forget({ kind: 'server', id: serverId });
    const { allow, block } = await access.lists(serverId);
    for (const entry of [...allow, ...block]) await access.remove(serverId, entry);
  };
