import { hasPermission } from './permissions.ts';
import type { ChannelRecord, Mentions, UserRecord } from './records.ts';
import type { World } from './world.ts';

/** `allowed_mentions` of a message; absent means that everything in the text counts. */
export type AllowedMentions = {
  readonly parse?: readonly ('users' | 'roles' | 'everyone')[] | undefined;
  readonly users?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly replied_user?: boolean | undefined;
};

const unique = (ids: Iterable<string>): string[] => [...new Set(ids)];

const idsIn = (text: string, pattern: RegExp): string[] => unique([...text.matchAll(pattern)].map((match) => match[1] ?? ''));

/** What stands in code is shown as it is, and mentions nobody. */
const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```|``[\s\S]*?``|`[^`]*`/g, ' ');

/**
 * The mentions of a text that count, as `mentions`, `mention_roles` and `mention_everyone` of a message tell them.
 * `repliedTo` is the author of the message that is answered.
 */
export const resolveMentions = (
  world: World,
  message: {
    readonly content: string;
    readonly channel: ChannelRecord;
    readonly author: UserRecord;
    readonly allowed: AllowedMentions | undefined;
    readonly repliedTo: UserRecord | undefined;
  },
): Mentions => {
  const { channel, author, allowed, repliedTo } = message;
  const text = withoutCode(message.content);
  const counts = (kind: 'users' | 'roles' | 'everyone'): boolean =>
    allowed === undefined || (allowed.parse?.includes(kind) ?? false);

  const users = idsIn(text, /<@!?(\d{17,20})>/g).filter(
    (id) => world.users.has(id) && (counts('users') || allowed?.users?.includes(id)),
  );
  const pingsReplied = allowed === undefined || allowed.replied_user === true;
  const repliedIds = repliedTo !== undefined && pingsReplied && world.users.has(repliedTo.id) ? [repliedTo.id] : [];
  const roles = idsIn(text, /<@&(\d{17,20})>/g).filter(
    (id) => id !== channel.guild?.id && channel.guild?.roles.has(id) && (counts('roles') || allowed?.roles?.includes(id)),
  );
  const mayPingEveryone =
    channel.guild !== undefined && hasPermission(channel, author.id, 'MentionEveryone') && counts('everyone');
  const everyone = mayPingEveryone
    ? text.includes('@everyone')
      ? 'everyone'
      : text.includes('@here')
        ? 'here'
        : undefined
    : undefined;
  return { userIds: unique([...users, ...repliedIds]), roleIds: roles, everyone };
};

/** Whom these mentions notify; nobody notifies himself. */
export const pingsOf = (mentions: Mentions, author: UserRecord): readonly string[] => [
  ...mentions.userIds.filter((id) => id !== author.id).map((id) => `user:${id}`),
  ...mentions.roleIds.map((id) => `role:${id}`),
  ...(mentions.everyone === undefined ? [] : [mentions.everyone]),
];
