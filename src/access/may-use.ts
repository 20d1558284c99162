import type { Rank } from '../core/command.ts';
import type { Place } from '../core/settings.ts';

export const accessKinds = ['user', 'role', 'channel', 'server'] as const;
export type AccessKind = (typeof accessKinds)[number];

/** Somebody or some place on a list. A user's id is a speaker's, the others are the platform's own. */
export type AccessEntry = { readonly kind: AccessKind; readonly id: string };

/** Who may use the bot. */
export type AccessLists = { readonly allow: readonly AccessEntry[]; readonly block: readonly AccessEntry[] };

/** The lists that apply in one place: the owner's of the bot, and those of the server's moderators. */
export type ApplyingLists = { readonly bot: AccessLists; readonly server?: AccessLists };

export type AccessSubject = {
  /** Speaker id. */
  readonly userId: string;
  readonly roleIds: readonly string[];
  readonly rank: Rank;
};

export type AccessDecision =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly by: 'bot' | 'server'; readonly reason: 'blocked' | 'not-listed' };

/**
 * Whether somebody may use the bot in a place. The bot's owner always may; the bot's lists go before the server's. A block wins over
 * everything else. Where users or roles are allowed, all others are not; the same for channels and servers, and where both
 * are, both have to fit.
 */
export const mayUse = (lists: ApplyingLists, who: AccessSubject, where: Place | undefined): AccessDecision => {
  if (who.rank === 'owner') return allowed;
  const fits = fitting(who, where);
  for (const by of ['bot', 'server'] as const) {
    const reason = lists[by] && reasonAgainst(lists[by], fits);
    if (reason !== undefined) return { isAllowed: false, by, reason };
  }
  return allowed;
};

const allowed: AccessDecision = { isAllowed: true };

type Fits = (entry: AccessEntry) => boolean;

const fitting =
  ({ userId, roleIds }: AccessSubject, where: Place | undefined): Fits =>
  ({ kind, id }) => {
    switch (kind) {
      case 'user':
        return id === userId;
      case 'role':
        return roleIds.includes(id);
      case 'channel':
        return where?.channelIds.includes(id) ?? false;
      case 'server':
        return where?.serverId === id;
      default:
        return kind satisfies never;
    }
  };

const reasonAgainst = ({ allow, block }: AccessLists, fits: Fits): 'blocked' | 'not-listed' | undefined => {
  if (block.some(fits)) return 'blocked';
  const isLeftOut = (isPart: (entry: AccessEntry) => boolean): boolean => {
    const part = allow.filter(isPart);
    return part.length > 0 && !part.some(fits);
  };
  const isPerson = ({ kind }: AccessEntry): boolean => kind === 'user' || kind === 'role';
  return isLeftOut(isPerson) || isLeftOut((entry) => !isPerson(entry)) ? 'not-listed' : undefined;
};
