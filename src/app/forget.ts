import type { AccessControl } from '../access/access-control.ts';
import type { SettingOverrides } from '../config/overrides.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
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
    const [, placeId] = /^discord:(\d+)$/.exec(conversation) ?? [];
    if (placeId !== undefined) await overrides.reset(placeId);
  };

/** Forgets what was set for a server, and who may use the bot there: the bot has left it. */
export const createForgetServer =
  ({ overrides, access }: Pick<ForgetServices, 'overrides'> & { readonly access: Pick<AccessControl, 'lists' | 'remove'> }) =>
  async (serverId: string): Promise<void> => {
    await overrides.reset(serverId);
    const { allow, block } = await access.lists(serverId);
    for (const entry of [...allow, ...block]) await access.remove(serverId, entry);
  };
