import type { Command } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import { closest } from '../text/closest.ts';
import { completions } from './completions.ts';
import { ranksAtLeast } from './rank.ts';

/**
 * `/help [command]`: what can be called, made from the commands themselves.
 * @param commands the whole list, this command included; read when called.
 */
export const createHelpCommand = (commands: () => readonly Command[]): Command => ({
  name: 'help',
  description: 'List the commands, or explain one',
  options: [
    {
      name: 'command',
      description: 'The command to explain',
      choices: async (_context, typed) =>
        completions(
          typed.replace(/^\//, ''),
          commands().map(({ name }) => name),
        ),
    },
  ],
  rank: 'everyone',
  async run({ rank }, { command: asked }) {
    const callable = commands().filter((command) => ranksAtLeast(rank, command.rank));
    if (asked === undefined) return { text: callable.map(line).join('\n'), isPrivate: true };
    const wanted = asked.replace(/^\//, '').trim().toLowerCase();
    const command = callable.find(({ name }) => name === wanted);
    if (command !== undefined) return { text: [line(command), ...command.options.map(optionLine)].join('\n'), isPrivate: true };
    const near = closest(
      wanted,
      callable.map(({ name }) => name),
    );
    throw new PaddockError('not-found', 'help was asked for an unknown command', {
      userText: `There is no such command. ${near === undefined ? '/help lists those there are.' : `Did you mean /${near}?`}`,
    });
  },
});

/** How a command is called, for example `/persona [name]`; what is in brackets may be left out. */
export const usage = (command: Command): string =>
  [`/${command.name}`, ...command.options.map(({ name, isRequired }) => (isRequired ? `<${name}>` : `[${name}]`))].join(' ');

const line = (command: Command): string => `${usage(command)}: ${command.description}`;

const optionLine = ({ name, description }: Command['options'][number]): string => `- ${name}: ${description}`;
