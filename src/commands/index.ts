import type { Command } from '../core/command.ts';
import { createHelpCommand } from './help.ts';
import { createModelCommand } from './model.ts';
import { createPersonaCommand } from './persona.ts';
import { createPromptCommand } from './prompt.ts';
import { createResetCommand } from './reset.ts';
import type { CommandServices } from './services.ts';
import { createStatusCommand } from './status.ts';
import { createStopCommand } from './stop.ts';

/** Every command of the bot, in the order in which help lists them. To add one: its file, and its line here. */
export const createCommands = (services: CommandServices): readonly Command[] => {
  const commands: readonly Command[] = [
    createResetCommand(services),
    createStopCommand(services),
    createPersonaCommand(services),
    createModelCommand(services),
    createPromptCommand(services),
    createStatusCommand(services),
    createHelpCommand(() => commands),
  ];
  return commands;
};
