import type { Command, CommandContext, CommandOption } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import { closest } from '../text/closest.ts';
import { allCommands, type CommandAt, typedCommands } from './command-tree.ts';
import { completions } from './completions.ts';
import { defineCommand } from './define-command.ts';
import { describedIn, pathIn, say } from './locale/index.ts';
import { isCallable } from './rank.ts';
import { shownPath } from './refusal.ts';

/**
 * `/help [command]`: what can be called, made from the commands themselves. A group stands in the list as one line.
 * @param commands the whole list, this command included; read when called.
 */
export const createHelpCommand = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: 'help',
    description: 'List the commands, or explain one',
    options: [
      {
        name: 'command',
        description: 'The command to explain',
        choices: async (context, typed) =>
          completions(
            typed.replace(/^\//, ''),
            callableOf(commands(), context).flatMap((command) => [
              command.name,
              ...('subcommands' in command ? allCommands([command]).map(({ path }) => path) : []),
            ]),
          ),
      },
    ],
    rank: 'everyone',
    async run(context, { command: asked }) {
      const callable = callableOf(commands(), context);
      if (asked === undefined)
        return { text: callable.map((command) => summaryLine(command, context)).join('\n'), isPrivate: true };
      const wanted = asked.replace(/^\//, '').trim().toLowerCase().replace(/\s+/g, ' ');
      const found = explained(callable, wanted, context);
      if (found.length > 0) return { text: found.join('\n'), isPrivate: true };
      const paths = callable.flatMap((command) => [command.name, ...allCommands([command]).map(({ path }) => path)]);
      const near = closest(wanted, paths);
      throw new PaddockError('not-found', 'help was asked for an unknown command', {
        userText:
          near === undefined
            ? say(context.locale, 'unknownCommand', { help: shownPath('help', context) })
            : say(context.locale, 'unknownCommandNear', { near: shownPath(near, context) }),
      });
    },
  });

const callableOf = (commands: readonly Command[], context: CommandContext): readonly Command[] =>
  typedCommands(commands).filter((command) => isCallable(command, context));

/** How a command is called, for example `/persona use <name>`; what is in brackets may be left out. */
export const usage = ({ path, command }: CommandAt, context: Pick<CommandContext, 'locale' | 'where'>): string =>
  [
    shownPath(path, context),
    ...command.options.map(({ name, isRequired }) => {
      const shown = shownOption(path, name, context);
      return isRequired ? `<${shown}>` : `[${shown}]`;
    }),
  ].join(' ');

/** Options are typed by their English names in the terminal. */
const shownOption = (path: string, name: string, context: Pick<CommandContext, 'locale' | 'where'>): string =>
  context.where === 'terminal' ? name : (pathIn(context.locale, `${path} ${name}`).split(' ').at(-1) ?? name);

const line = (at: CommandAt, context: CommandContext): string =>
  `${usage(at, context)}: ${describedIn(context.locale, at.path, at.command.description)}`;

const summaryLine = (command: Command, context: CommandContext): string => {
  if (!('subcommands' in command)) return line({ path: command.name, command }, context);
  const words = command.subcommands
    .filter((each) => isCallable(each, context))
    .map(({ name }) => shownOption(command.name, name, context));
  const description = describedIn(context.locale, command.name, command.description);
  return `${shownPath(command.name, context)} ${words.join('|')}: ${description}`;
};

/** A command with its options, or everything in a group that the caller may call. */
const explained = (callable: readonly Command[], wanted: string, context: CommandContext): readonly string[] =>
  allCommands(callable)
    .filter(({ path, command }) => (path === wanted || path.startsWith(`${wanted} `)) && isCallable(command, context))
    .flatMap((at) => [
      line(at, context),
      ...at.command.options.map(
        (option) => `- ${shownOption(at.path, option.name, context)}: ${optionText(at.path, option, context)}`,
      ),
    ]);

const optionText = (path: string, option: CommandOption, context: CommandContext): string => {
  const description = describedIn(context.locale, `${path} ${option.name}`, option.description);
  return option.kind === 'choice' ? `${description} (${(option.values ?? []).join(', ')})` : description;
};
