import type { Command } from '../core/command.ts';
import { createAccessCommand, createBlockMenu } from './access.ts';
import { createAdminCommand } from './admin.ts';
import { createChatCommand } from './chat.ts';
import { createConfigCommand } from './config.ts';
import { createEditAction, createEditMenu } from './edit-reply.ts';
import { createGreetingCommand } from './greeting.ts';
import { guarded } from './guard.ts';
import { createHelpCommand } from './help.ts';
import { createImpersonateCommand } from './impersonate.ts';
import { createLoreCommand, createLoreSaveCommand } from './lore.ts';
import { createMeCommand } from './me.ts';
import { createForgetUserMenu, createMemoryCommand } from './memory.ts';
import { createPinMenu } from './memory-pins.ts';
import { createModelCommand } from './model.ts';
import { createNoteCommand } from './note.ts';
import { createPersonaCommand, createPersonaReplaceCommand, createPersonaSaveCommand } from './persona.ts';
import { createPrivacyCommand } from './privacy.ts';
import { createPromptCommand, createShowPromptMenu } from './prompt.ts';
import { createQueueCommand } from './queue.ts';
import { createReplyAsAction, createReplyAsMenu } from './reply-as.ts';
import { createResetCommand } from './reset.ts';
import {
  createContinueCommand,
  createContinueMenu,
  createRegenerateCommand,
  createRegenerateMenu,
  createSwipeCommand,
} from './revise.ts';
import { createSayCommand } from './say.ts';
import { createScenarioCommand } from './scenario.ts';
import { createSceneCommand } from './scene.ts';
import type { CommandServices } from './services.ts';
import { createLimitCommand, createSamplingCommand, createTemplateCommand } from './setting-shortcuts.ts';
import { createStatsCommand } from './stats.ts';
import { createStatusCommand } from './status.ts';
import { createStopAction, createStopCommand, createStopMenu } from './stop.ts';
import { createSummaryCommand } from './summary.ts';
import { createBranchMenu, createDeleteMenu, createRewindMenu, createUndoCommand } from './take-back.ts';

/** Every command of the bot, in the order in which help lists them. To add one: its file, and its line here. */
export const createCommands = (services: CommandServices): readonly Command[] => {
  const commands: readonly Command[] = [
    ...guarded(services, [
      createChatCommand(services),
      createResetCommand(services),
      createStopCommand(services),
      createRegenerateCommand(services),
      createContinueCommand(services),
      createUndoCommand(services),
      createSwipeCommand(services),
      createPersonaCommand(services),
      createGreetingCommand(services),
      createSceneCommand(services),
      createScenarioCommand(services),
      createNoteCommand(services),
      createSummaryCommand(services),
      createMeCommand(services),
      createImpersonateCommand(services),
      createLoreCommand(services),
      createMemoryCommand(services),
      createConfigCommand(services),
      createSamplingCommand(services),
      createTemplateCommand(services),
      createLimitCommand(services),
      createAccessCommand(services),
      createModelCommand(services),
      createPromptCommand(services),
      createStatusCommand(services),
      createStatsCommand(services),
      createQueueCommand(services),
      createSayCommand(),
      createAdminCommand(services),
      // Menus of messages: Discord shows at most 15.
      createRegenerateMenu(services),
      createContinueMenu(services),
      createEditMenu(services),
      createDeleteMenu(services),
      createRewindMenu(services),
      createBranchMenu(services),
      createReplyAsMenu(services),
      createShowPromptMenu(services),
      createPinMenu(services),
      createStopMenu(services),
      // Menus of users, as many.
      createBlockMenu(services),
      createForgetUserMenu(services),
      // What buttons and forms call.
      createEditAction(services),
      createReplyAsAction(services),
      createLoreSaveCommand(services),
      createPersonaSaveCommand(services),
      createPersonaReplaceCommand(services),
      createStopAction(services),
    ]),
    // For everybody, blocked or not: what is kept of somebody is theirs.
    createPrivacyCommand(services),
    createHelpCommand(() => commands),
  ];
  return commands;
};
