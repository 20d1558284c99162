import type { CommandContext } from '../core/command.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal } from './refusal.ts';
import { isShared } from './roleplay-manager.ts';
import type { CommandServices } from './services.ts';

/**
 * Whether the caller may say who answers: in channels that many people share this can be left to the moderators, by the setting
 * `personaChoice`.
 */
export const mayChoosePersona = async (
  { settings }: Pick<CommandServices, 'settings'>,
  context: CommandContext,
): Promise<boolean> =>
  !isShared(context) ||
  ranksAtLeast(context.rank, 'moderator') ||
  (await settings.at(context.place)).personaChoice === 'everyone';

/** Throws for those who may not. */
export const requirePersonaChoice = async (
  services: Pick<CommandServices, 'settings'>,
  context: CommandContext,
): Promise<void> => {
  if (!(await mayChoosePersona(services, context))) throw refusal('not-allowed', context, 'personaChoiceClosed');
};
