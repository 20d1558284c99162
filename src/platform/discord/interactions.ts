import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  RESTJSONErrorCodes,
} from 'discord.js';
import { ranksAtLeast } from '../../commands/rank.ts';
import { runCommand } from '../../commands/run-command.ts';
import { bounds } from '../../core/bounds.ts';
import type { Command, CommandContext } from '../../core/command.ts';
import type { Logger } from '../../core/logger.ts';
import { splitMessage, type Timers } from '../../reply/index.ts';
import { withBackOff } from './back-off.ts';
import { discordCodeOf, failureFields } from './failures.ts';
import { conversationOf, speakerIdOf } from './inbound.ts';
import type { Names } from './names.ts';
import { placeOf } from './place.ts';
import { rankOf } from './ranks.ts';

/** Discord waits three seconds for a first sign; on the way there and back some time is lost. */
const deferAfterMs = 1500;
const choicesMax = 25;
const choiceCharactersMax = 100;

export type InteractionServices = {
  readonly commands: readonly Command[];
  readonly names: Names;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Who runs the bot, as far as it is known by now. */
  ownerIds(): ReadonlySet<string>;
};

/** Does what a user wants by a command. Never rejects: what fails is told to the user where possible, and logged. */
export const handleInteraction = async (interaction: Interaction, services: InteractionServices): Promise<void> => {
  try {
    if (interaction.isChatInputCommand()) await handleCommand(interaction, services);
    else if (interaction.isAutocomplete()) await handleAutocomplete(interaction, services);
  } catch (error) {
    const code = discordCodeOf(error);
    const isLate =
      code === RESTJSONErrorCodes.UnknownInteraction || code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
    services.logger.warn(
      { interaction: interaction.id, ...failureFields(error) },
      isLate ? 'an interaction was answered too late, or by somebody else' : 'an interaction could not be answered',
    );
  }
};

const handleCommand = async (interaction: ChatInputCommandInteraction, services: InteractionServices): Promise<void> => {
  const { commands, logger, timers, signal } = services;
  const name = interaction.commandName;
  const options = Object.fromEntries(interaction.options.data.map((option) => [option.name, option.value?.toString()]));
  const persist = <Value>(work: () => Promise<Value>, attemptsMax: number): Promise<Value> =>
    withBackOff(work, { timers, signal, attemptsMax });

  // A command that takes long is told to be under way. Nobody but the caller sees that, for it may turn out to be private.
  let deferring: Promise<unknown> | undefined;
  const cancel = timers.after(deferAfterMs, () => {
    deferring = interaction.deferReply({ flags: MessageFlags.Ephemeral });
    deferring.catch(() => {}); // awaited below
  });
  const reply = await runCommand(commands, contextOf(interaction, services), name, options, logger).finally(cancel);

  const flags = reply.isPrivate ? ([MessageFlags.Ephemeral] as const) : [];
  const [first = '…', ...more] = splitMessage(reply.text, bounds.discordMessageCharactersMax);
  if (deferring === undefined) {
    await persist(() => interaction.reply({ content: first, flags }), 2);
  } else {
    await deferring;
    await persist(() => interaction.editReply({ content: reply.isPrivate ? first : 'Done.' }), 7);
    if (!reply.isPrivate) await interaction.followUp({ content: first });
  }
  // A follow-up has no nonce, so it is sent once only.
  for (const content of more) await interaction.followUp({ content, flags });
};

const handleAutocomplete = async (interaction: AutocompleteInteraction, services: InteractionServices): Promise<void> => {
  const focused = interaction.options.getFocused(true);
  const command = services.commands.find((command) => command.name === interaction.commandName);
  const option = command?.options.find((option) => option.name === focused.name);
  const context = contextOf(interaction, services);
  if (command === undefined || option?.choices === undefined || !ranksAtLeast(context.rank, command.rank)) {
    await interaction.respond([]);
    return;
  }
  let choices: readonly string[] = [];
  try {
    choices = await option.choices(context, focused.value);
  } catch (error) {
    services.logger.warn({ command: command.name, option: option.name, ...failureFields(error) }, 'choices could not be listed');
  }
  const fitting = choices.filter((choice) => choice !== '' && choice.length <= choiceCharactersMax).slice(0, choicesMax);
  await interaction.respond(fitting.map((choice) => ({ name: choice, value: choice })));
};

const contextOf = (
  interaction: ChatInputCommandInteraction | AutocompleteInteraction,
  { names, ownerIds }: InteractionServices,
): CommandContext => {
  const { user, member, channelId } = interaction;
  const nickname = member === null ? null : 'nickname' in member ? member.nickname : member.nick;
  const shownName = nickname ?? user.globalName ?? user.username;
  return {
    conversation: conversationOf(channelId),
    place: placeOf(interaction.client, channelId, interaction.guildId),
    user: { id: speakerIdOf(user.id), name: names.nameOf(channelId, { id: user.id, shownName, accountName: user.username }) },
    rank: rankOf(interaction, ownerIds()),
  };
};
