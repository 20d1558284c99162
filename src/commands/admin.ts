import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

type AdminServices = Pick<CommandServices, 'bot'>;

/** Servers, and problems of files, that are named. */
const listedMax = 50;

/** `/admin reload|shutdown|servers|leave`: for who runs the bot. */
export const createAdminCommand = (services: AdminServices): Command => ({
  name: 'admin',
  description: 'Run me: for the owner of the bot',
  subcommands: [reloadCommand(services), shutdownCommand(services), serversCommand(services), leaveCommand(services)],
});

const reloadCommand = ({ bot }: AdminServices): Command =>
  defineCommand({
    name: 'reload',
    description: 'Read the files of personas, templates and presets anew',
    options: [],
    rank: 'owner',
    run: async ({ locale }) => {
      const problems = await bot.reload();
      const shown = problems.slice(0, listedMax).map((problem) => `- ${problem}`);
      const more = problems.length - shown.length;
      const lines = [
        say(locale, problems.length === 0 ? 'reloaded' : 'reloadedWithout'),
        ...shown,
        ...(more > 0 ? [`- ${say(locale, 'andMore', { count: more })}`] : []),
      ];
      return { text: lines.join('\n'), isPrivate: true };
    },
  });

const sureOption = { name: 'sure', description: 'Whether you really want it', kind: 'boolean' } as const;

const shutdownCommand = ({ bot }: AdminServices): Command =>
  defineCommand({
    name: 'shutdown',
    description: 'End me, once the answers that are being written are done with',
    options: [sureOption],
    rank: 'owner',
    run: async ({ locale }, { sure = false }) => {
      if (!sure) {
        const label = say(locale, 'shutdownButton');
        return {
          text: say(locale, 'shutdownSure'),
          isPrivate: true,
          components: [{ kind: 'button', style: 'danger', label, call: 'admin shutdown', values: { sure: 'yes' } }],
        };
      }
      await bot.shutdown();
      return { text: say(locale, 'shutdown'), isPrivate: true, replacesMessage: true };
    },
  });

const serversCommand = ({ bot }: AdminServices): Command =>
  defineCommand({
    name: 'servers',
    description: 'List the servers that I am in',
    options: [],
    rank: 'owner',
    run: async ({ locale }) => {
      const servers = await bot.servers();
      if (servers.length === 0) return { text: say(locale, 'serversNone'), isPrivate: true };
      const lines = servers
        .slice(0, listedMax)
        .map(({ id, name, members }) => `- ${name} (${id}${members === undefined ? '' : `, ${members}`})`);
      const more = servers.length - lines.length;
      if (more > 0) lines.push(`- ${say(locale, 'andMore', { count: more })}`);
      return { text: lines.join('\n'), isPrivate: true };
    },
  });

const leaveCommand = ({ bot }: AdminServices): Command =>
  defineCommand({
    name: 'leave',
    description: 'Leave a server',
    options: [
      {
        name: 'server',
        description: 'The id of the server',
        isRequired: true,
        max: 20,
        choices: async (_context, typed) =>
          (await bot.servers())
            .filter(({ id, name }) => id.startsWith(typed) || name.toLowerCase().includes(typed.toLowerCase()))
            .map(({ id, name }) => ({ label: name, value: id })),
      },
    ],
    rank: 'owner',
    run: async (context, { server }) => {
      if (!(await bot.leave(server))) throw refusal('not-found', context, 'serverUnknown');
      return { text: say(context.locale, 'serverLeft', { server }), isPrivate: true };
    },
  });
