import type { Command, CommandContext } from '../core/command.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { managesServer } from './setting-scope.ts';

/** The commands that change the lists: whoever manages a server can mend its lists, whatever stands in them. */
const mendingCommands: ReadonlySet<string> = new Set(['access', 'Block']);

/**
 * Commands that only those can call who may use the bot: whoever is blocked, or not on the list, gets a sentence and nothing to choose
 * from, whether a command was typed or came from a menu, a button or a form.
 */
export const guarded = ({ access }: Pick<CommandServices, 'access'>, commands: readonly Command[]): readonly Command[] =>
  commands.map((command) => guardedCommand(command, allowing(access, mendingCommands.has(command.name))));

type IsAllowed = (context: CommandContext) => Promise<boolean>;

const allowing =
  (access: CommandServices['access'], isMending: boolean): IsAllowed =>
  async (context) => {
    const { user, rank, roleIds = [], place } = context;
    const decision = await access.mayUse({ userId: user.id, roleIds, rank }, place);
    return decision.isAllowed || (isMending && decision.by === 'server' && managesServer(context));
  };

const guardedCommand = (command: Command, isAllowed: IsAllowed): Command =>
  'subcommands' in command
    ? { ...command, subcommands: command.subcommands.map((each) => guardedCommand(each, isAllowed)) }
    : {
        ...command,
        options: command.options.map((option) => {
          const { choices } = option;
          if (choices === undefined) return option;
          return {
            ...option,
            choices: async (context, typed, given) => ((await isAllowed(context)) ? choices(context, typed, given) : []),
          };
        }),
        run: async (context, options) => {
          if (!(await isAllowed(context))) throw refusal('not-allowed', context, 'accessDenied');
          return command.run(context, options);
        },
      };
