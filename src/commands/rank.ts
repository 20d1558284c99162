import type { Command, CommandContext, Rank } from '../core/command.ts';

const order: readonly Rank[] = ['everyone', 'moderator', 'server-owner', 'owner'];

/** Whether someone of a rank may do what needs another one. */
export const ranksAtLeast = (rank: Rank, needed: Rank): boolean => order.indexOf(rank) >= order.indexOf(needed);

/** The lowest rank for which there is something to call in a command. */
export const lowestRank = (command: Command): Rank =>
  'subcommands' in command
    ? (order.find((rank) => command.subcommands.some((each) => lowestRank(each) === rank)) ?? 'owner')
    : command.rank;

/** Whether someone may call a command, or anything in a group of them, where they are. */
export const isCallable = (command: Command, context: Pick<CommandContext, 'rank' | 'where'>): boolean =>
  'subcommands' in command
    ? command.subcommands.some((each) => isCallable(each, context))
    : ranksAtLeast(context.rank, command.rank) && (command.places?.includes(context.where) ?? true);
