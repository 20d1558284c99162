import type { CommandContext } from '../core/command.ts';

type Rank = CommandContext['rank'];

const order: readonly Rank[] = ['everyone', 'moderator', 'owner'];

/** Whether someone of a rank may do what needs another one. */
export const ranksAtLeast = (rank: Rank, needed: Rank): boolean => order.indexOf(rank) >= order.indexOf(needed);
