import { createHash } from 'node:crypto';
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type REST,
  type RESTGetAPIApplicationCommandsResult,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { Command } from '../../core/command.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';

/** A command as Discord wants it told. */
export const describeCommand = (command: Command): RESTPostAPIChatInputApplicationCommandsJSONBody => ({
  type: ApplicationCommandType.ChatInput,
  name: command.name,
  description: shorten(command.description),
  // Discord wants those first that must be given.
  options: [...command.options]
    .sort((one, other) => Number(other.isRequired ?? false) - Number(one.isRequired ?? false))
    .map((option) => ({
      type: ApplicationCommandOptionType.String,
      name: option.name,
      description: shorten(option.description),
      required: option.isRequired ?? false,
      autocomplete: option.choices !== undefined,
    })),
  integration_types: [ApplicationIntegrationType.GuildInstall],
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
});

/**
 * Registers the commands for all servers, unless Discord has exactly these already (changes are limited to
 * some a day). Resolves with whether it had to.
 */
export const registerCommands = async (
  rest: REST,
  applicationId: string,
  commands: readonly Command[],
  backOff: BackOffOptions,
): Promise<boolean> => {
  const route = Routes.applicationCommands(applicationId);
  const wanted = commands.map(describeCommand);
  const there = (await withBackOff(() => rest.get(route), backOff)) as RESTGetAPIApplicationCommandsResult;
  if (hashOf(wanted) === hashOf(there)) return false;
  await withBackOff(() => rest.put(route, { body: wanted }), backOff);
  return true;
};

type Described = RESTPostAPIChatInputApplicationCommandsJSONBody | RESTGetAPIApplicationCommandsResult[number];

/** The same for the same commands, whatever Discord adds to what it was told and whatever it leaves out. */
const hashOf = (commands: readonly Described[]): string => {
  const parts = commands.map((command) => ({
    type: command.type ?? ApplicationCommandType.ChatInput,
    name: command.name,
    description: 'description' in command ? command.description : '',
    options: (command.options ?? []).map((option) => ({
      type: option.type,
      name: option.name,
      description: option.description,
      required: ('required' in option && option.required) || false,
      autocomplete: ('autocomplete' in option && option.autocomplete) || false,
    })),
    integrationTypes: [...(command.integration_types ?? [])].sort(),
    contexts: [...(command.contexts ?? [])].sort(),
  }));
  const sorted = parts.sort((one, other) => (one.name < other.name ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
};

const shorten = (description: string): string =>
  description.length <= 100 ? description : `${description.slice(0, 99).toWellFormed()}…`;
