import type { Command, RunnableCommand } from '../core/command.ts';

/** A command with the words by which it is called: `persona use`. */
export type CommandAt = { readonly path: string; readonly command: RunnableCommand };

/** Every command that can be called, groups opened, in their order. */
export const allCommands = (commands: readonly Command[], above = ''): readonly CommandAt[] =>
  commands.flatMap((command) => {
    const path = above === '' ? command.name : `${above} ${command.name}`;
    return 'subcommands' in command ? allCommands(command.subcommands, path) : [{ path, command }];
  });

/**
 * The command of a path; undefined for groups and unknown ones. Its case counts only to tell the command `stop` from
 * the menu `Stop`.
 */
export const commandAt = (commands: readonly Command[], path: string): CommandAt | undefined => {
  const wanted = path.trim().replace(/\s+/g, ' ');
  const all = allCommands(commands);
  return all.find((each) => each.path === wanted) ?? all.find((each) => each.path.toLowerCase() === wanted.toLowerCase());
};

/** The commands that are typed after a slash; the others are called from menus and by buttons. */
export const typedCommands = (commands: readonly Command[]): readonly Command[] =>
  commands.filter((command) => 'subcommands' in command || (command.kind ?? 'slash') === 'slash');
