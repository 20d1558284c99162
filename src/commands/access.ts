import { type AccessScope, botScope } from '../access/access-control.ts';
import type { AccessEntry, AccessLists } from '../access/may-use.ts';
import type { Command, CommandContext, CommandOption, CommandReply } from '../core/command.ts';
import { defineCommand, type ValuesOf } from './define-command.ts';
import { say } from './locale/index.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { managesServer } from './setting-scope.ts';

type AccessServices = Pick<CommandServices, 'access'>;

/** Most entries of one list that are shown. */
const shownMax = 50;

/** `/access show|allow|block|remove`: who may use the bot, in a server or everywhere. */
export const createAccessCommand = (services: AccessServices): Command => ({
  name: 'access',
  description: 'Show or change who may use me',
  short: { alone: 'show' },
  subcommands: [
    showCommand(services),
    changeCommand(services, 'allow', 'Let only those use me who are on this list'),
    changeCommand(services, 'block', 'Keep somebody, a role or a place from using me'),
    removeCommand(services),
  ],
});

/** The menu `Block` of a user: the same as `/access block` for the server. */
export const createBlockMenu = ({ access }: AccessServices): Command =>
  defineCommand({
    kind: 'user-menu',
    name: 'Block',
    description: 'Keep this user from using me in this server',
    options: [],
    rank: 'moderator',
    places: ['server', 'thread'],
    run: async (context) => {
      if (context.target?.kind !== 'user') throw refusal('bad-input', context, 'outdated');
      const { id } = context.target.user;
      return put(access, context, 'block', { kind: 'user', id }, accessScope(context, 'server'));
    },
  });

const scopeOption = {
  name: 'scope',
  description: 'Whose list: that of this server, or the one for everywhere',
  kind: 'choice',
  values: ['server', 'everywhere'],
} as const satisfies CommandOption;

const subjectOptions = [
  { name: 'user', description: 'Somebody', kind: 'user' },
  { name: 'role', description: 'All with a role', kind: 'role' },
  { name: 'channel', description: 'All in a channel, a thread or a category', kind: 'channel' },
  { name: 'server', description: 'All in a server, by its id; for the owner of the bot', min: 1, max: 20 },
  scopeOption,
] as const satisfies readonly CommandOption[];

type Subject = ValuesOf<typeof subjectOptions>;

/** Whose list is meant. The server's belong to those who manage it, the bot's to its owner. */
const accessScope = (context: CommandContext, asked: string | undefined): AccessScope => {
  const serverId = context.place?.serverId;
  const isBot = asked === 'everywhere' || (asked === undefined && serverId === undefined);
  if (isBot && context.rank !== 'owner') throw refusal('not-allowed', context, 'scopeForOwner');
  if (isBot) return botScope;
  if (serverId === undefined) throw refusal('bad-input', context, 'scopeMissing', { scope: 'server' });
  if (!managesServer(context)) throw refusal('not-allowed', context, 'scopeForServer');
  return serverId;
};

/** The one entry that is meant. */
const entryOf = (context: CommandContext, { user, role, channel, server }: Subject, scope: AccessScope): AccessEntry => {
  const given: readonly AccessEntry[] = [
    ...(user === undefined ? [] : [{ kind: 'user', id: user.id } as const]),
    ...(role === undefined ? [] : [{ kind: 'role', id: role.id } as const]),
    ...(channel === undefined ? [] : [{ kind: 'channel', id: channel.id } as const]),
    ...(server === undefined ? [] : [{ kind: 'server', id: server } as const]),
  ];
  const [entry, ...others] = given;
  if (entry === undefined || others.length > 0) throw refusal('bad-input', context, 'accessOneSubject');
  if (entry.kind === 'server' && (scope !== botScope || !/^\d{1,20}$/.test(entry.id)))
    throw refusal('bad-input', context, 'accessServer');
  return entry;
};

const changeCommand = ({ access }: AccessServices, name: keyof AccessLists, description: string): Command =>
  defineCommand({
    name,
    description,
    options: subjectOptions,
    rank: 'moderator',
    run: async (context, given) => {
      const scope = accessScope(context, given.scope);
      return put(access, context, name, entryOf(context, given, scope), scope);
    },
  });

const put = async (
  access: CommandServices['access'],
  context: CommandContext,
  list: keyof AccessLists,
  entry: AccessEntry,
  scope: AccessScope,
): Promise<CommandReply> => {
  const { locale } = context;
  const shown = { entry: entryText(entry) };
  if (!(await access.put(scope, list, entry))) return { text: say(locale, 'accessAlready', shown), isPrivate: true };
  const lines = [say(locale, list === 'allow' ? 'accessAllowed' : 'accessBlocked', shown)];
  if (list === 'allow') {
    const isPerson = entry.kind === 'user' || entry.kind === 'role';
    lines.push(say(locale, isPerson ? 'accessOnlyPeople' : 'accessOnlyPlaces'));
  }
  return { text: lines.join(' '), isPrivate: true };
};

const removeCommand = ({ access }: AccessServices): Command =>
  defineCommand({
    name: 'remove',
    description: 'Take somebody, a role or a place off the list again',
    options: subjectOptions,
    rank: 'moderator',
    run: async (context, given) => {
      const scope = accessScope(context, given.scope);
      const entry = entryOf(context, given, scope);
      const notice = (await access.remove(scope, entry)) ? 'accessRemoved' : 'accessNotThere';
      return { text: say(context.locale, notice, { entry: entryText(entry) }), isPrivate: true };
    },
  });

const showCommand = ({ access }: AccessServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show who may use me, and who may not',
    options: [scopeOption],
    rank: 'moderator',
    run: async (context, { scope }) => {
      const { allow, block } = await access.lists(accessScope(context, scope));
      const { locale } = context;
      const lines = [
        allow.length === 0 ? say(locale, 'accessAll') : say(locale, 'accessAllowList', { entries: entriesText(allow, context) }),
        ...(block.length === 0 ? [] : [say(locale, 'accessBlockList', { entries: entriesText(block, context) })]),
      ];
      return { text: lines.join('\n'), isPrivate: true };
    },
  });

const entriesText = (entries: readonly AccessEntry[], { locale }: CommandContext): string => {
  const more = entries.length - shownMax;
  return [...entries.slice(0, shownMax).map(entryText), ...(more > 0 ? [say(locale, 'andMore', { count: more })] : [])].join(
    ', ',
  );
};

/** As the platform shows it: nobody is pinged by what commands say. */
const entryText = ({ kind, id }: AccessEntry): string => {
  const plain = id.replace(/^discord:/, '');
  return { user: `<@${plain}>`, role: `<@&${plain}>`, channel: `<#${plain}>`, server: `server ${plain}` }[kind];
};
