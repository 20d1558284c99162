import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  Locale as DiscordLocale,
  InteractionContextType,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPostAPIApplicationCommandsJSONBody,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import { allCommands } from '../../commands/command-tree.ts';
import { choiceIn } from '../../commands/locale/choices.ts';
import { translations } from '../../commands/locale/index.ts';
import { lowestRank } from '../../commands/rank.ts';
import type { Command, CommandOption, CommandPlace, OptionKind, Rank } from '../../core/command.ts';
import type { Locale } from '../../core/locale.ts';

/** All commands that Discord can show, as it wants them told; those for buttons only it need not know. */
export const describeCommands = (commands: readonly Command[]): readonly RESTPostAPIApplicationCommandsJSONBody[] =>
  commands
    .filter((command) => placesOf(command).some((place) => place !== 'terminal'))
    .flatMap((command): readonly RESTPostAPIApplicationCommandsJSONBody[] => {
      const kind = 'subcommands' in command ? 'slash' : (command.kind ?? 'slash');
      if (kind === 'action') return [];
      if (kind === 'slash') return [describeCommand(command)];
      const type = kind === 'message-menu' ? ApplicationCommandType.Message : ApplicationCommandType.User;
      return [{ type, name: command.name, name_localizations: namesOf(command.name), ...accessOf(command) }];
    });

/** A typed command as Discord wants it told. */
export const describeCommand = (command: Command): RESTPostAPIChatInputApplicationCommandsJSONBody => ({
  type: ApplicationCommandType.ChatInput,
  ...textsOf(command.name, command),
  options: optionsOf(command, command.name),
  ...accessOf(command),
});

/** Where it is shown, and to whom: the server's owner can change that; who may really call it is checked on every call. */
const accessOf = (command: Command) => {
  const places = placesOf(command);
  return {
    integration_types: [ApplicationIntegrationType.GuildInstall],
    contexts: [
      ...(places.some((place) => place === 'server' || place === 'thread') ? [InteractionContextType.Guild] : []),
      ...(places.includes('direct') ? [InteractionContextType.BotDM] : []),
    ],
    default_member_permissions: permissions[lowestRank(command)],
  };
};

/** Discord knows no permission of owners; nobody else has this one without being trusted as they are. */
const permissions: Readonly<Record<Rank, string | null>> = {
  everyone: null,
  moderator: PermissionFlagsBits.ManageMessages.toString(),
  'server-owner': PermissionFlagsBits.Administrator.toString(),
  owner: PermissionFlagsBits.Administrator.toString(),
};

const everywhere: readonly CommandPlace[] = ['server', 'thread', 'direct', 'terminal'];

const placesOf = (command: Command): readonly CommandPlace[] =>
  allCommands([command]).flatMap((each) => each.command.places ?? everywhere);

const optionsOf = (command: Command, path: string): APIApplicationCommandOption[] => {
  if ('subcommands' in command) {
    return command.subcommands
      .filter((each) => placesOf(each).some((place) => place !== 'terminal'))
      .map((each) => {
        const type =
          'subcommands' in each ? ApplicationCommandOptionType.SubcommandGroup : ApplicationCommandOptionType.Subcommand;
        const at = `${path} ${each.name}`;
        return { type, ...textsOf(at, each), options: optionsOf(each, at) } as APIApplicationCommandOption;
      });
  }
  // Discord wants those first that must be given.
  return [...command.options]
    .sort((one, other) => Number(other.isRequired ?? false) - Number(one.isRequired ?? false))
    .map((option) => describeOption(option, `${path} ${option.name}`));
};

const types = {
  text: ApplicationCommandOptionType.String,
  choice: ApplicationCommandOptionType.String,
  integer: ApplicationCommandOptionType.Integer,
  number: ApplicationCommandOptionType.Number,
  boolean: ApplicationCommandOptionType.Boolean,
  user: ApplicationCommandOptionType.User,
  channel: ApplicationCommandOptionType.Channel,
  role: ApplicationCommandOptionType.Role,
  attachment: ApplicationCommandOptionType.Attachment,
} as const satisfies Record<OptionKind, ApplicationCommandOptionType>;

/** Most characters that Discord takes for a text. */
const textCharactersMax = 6000;

const describeOption = (option: CommandOption, path: string): APIApplicationCommandOption => {
  const { kind = 'text', min, max, values = [] } = option;
  const common = { type: types[kind], ...textsOf(path, option), required: option.isRequired ?? false };
  const bounded =
    kind === 'text'
      ? {
          ...(min === undefined ? {} : { min_length: min }),
          ...(max === undefined ? {} : { max_length: Math.min(max, textCharactersMax) }),
        }
      : kind === 'integer' || kind === 'number'
        ? { ...(min === undefined ? {} : { min_value: min }), ...(max === undefined ? {} : { max_value: max }) }
        : {};
  const chosen =
    kind === 'choice'
      ? {
          choices: values
            .slice(0, 25)
            .map((value) => ({ name: value, name_localizations: localised((locale) => choiceIn(locale, value)), value })),
        }
      : kind === 'text' || kind === 'integer' || kind === 'number'
        ? { autocomplete: option.choices !== undefined }
        : {};
  // The parts fit the type by the table above, which the compiler can't follow.
  return { ...common, ...bounded, ...chosen } as APIApplicationCommandOption;
};

/** Discord's names of our languages; Spanish has two there. */
const discordLocales = {
  de: [DiscordLocale.German],
  fr: [DiscordLocale.French],
  es: [DiscordLocale.SpanishES, DiscordLocale.SpanishLATAM],
  ja: [DiscordLocale.Japanese],
  'pt-BR': [DiscordLocale.PortugueseBR],
} as const satisfies Record<Exclude<Locale, 'en'>, readonly DiscordLocale[]>;

const localised = (read: (locale: Exclude<Locale, 'en'>) => string | undefined): LocalizationMap =>
  Object.fromEntries(
    (Object.keys(translations) as Exclude<Locale, 'en'>[]).flatMap((locale) => {
      const text = read(locale);
      return text === undefined ? [] : discordLocales[locale].map((tag) => [tag, text] as const);
    }),
  );

const namesOf = (path: string): LocalizationMap => localised((locale) => translations[locale].commands[path]?.[0]);

const textsOf = (path: string, { name, description }: { readonly name: string; readonly description: string }) => ({
  name,
  name_localizations: namesOf(path),
  description: shorten(description),
  description_localizations: localised((locale) => {
    const text = translations[locale].commands[path]?.[1];
    return text === undefined ? undefined : shorten(text);
  }),
});

const shorten = (description: string): string =>
  description.length <= 100 ? description : `${description.slice(0, 99).toWellFormed()}…`;
