import { commandsBounds } from './bounds/commands.ts';
import { discordBounds } from './bounds/discord.ts';
import { engineBounds } from './bounds/engine.ts';
import { filesBounds } from './bounds/files.ts';
import { loreBounds } from './bounds/lore.ts';
import { memoryBounds } from './bounds/memory.ts';
import { peopleBounds } from './bounds/people.ts';
import { personaBounds } from './bounds/persona.ts';
import { processBounds } from './bounds/process.ts';
import { promptBounds } from './bounds/prompt.ts';
import { terminalBounds } from './bounds/terminal.ts';
import { turnBounds } from './bounds/turn.ts';

/** Every bound of the bot that is no setting; each stands in the file of its noun, and its name in no other. */
export const bounds = {
  ...memoryBounds,
  ...turnBounds,
  ...engineBounds,
  ...promptBounds,
  ...personaBounds,
  ...loreBounds,
  ...peopleBounds,
  ...commandsBounds,
  ...discordBounds,
  ...terminalBounds,
  ...filesBounds,
  ...processBounds,
} as const;
