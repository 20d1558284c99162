import { type AutocompleteInteraction, type CommandInteraction, type Interaction, RESTJSONErrorCodes } from 'discord.js';
import { commandAt } from '../../commands/command-tree.ts';
import { type BoundCall, decodeCall, encodeCall } from '../../commands/custom-id.ts';
import { say } from '../../commands/locale/index.ts';
import { isCallable, ranksAtLeast } from '../../commands/rank.ts';
import type { GivenOptions } from '../../commands/read-options.ts';
import { type CommandOutcome, runCommand } from '../../commands/run-command.ts';
import { bounds } from '../../core/bounds.ts';
import type { Command, CommandButton, CommandChoice, CommandContext } from '../../core/command.ts';
import type { Logger } from '../../core/logger.ts';
import type { Timers } from '../../reply/index.ts';
import { sleep } from './back-off.ts';
import { callOf, contextOf, givenTo, messageTarget, userTarget } from './command-call.ts';
import { renderComponents, shortened } from './components.ts';
import { discordCodeOf, failureFields } from './failures.ts';
import { type Answerable, createInteractionAnswer } from './interaction-answer.ts';
import type { Names } from './names.ts';

const choicesMax = 25;
const choiceCharactersMax = 100;
/** Completion can't be put off: what is not there by then comes too late. */
const choicesMsMax = 2000;

export type InteractionServices = {
  readonly commands: readonly Command[];
  readonly names: Names;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Who runs the bot, as far as it is known by now. */
  ownerIds(): ReadonlySet<string>;
};

/**
 * Does what a user wants by a command, a menu, a button or a form: all of them are calls of commands, and all are checked
 * alike. Never rejects: what fails is told to the user where possible, and logged.
 */
export const handleInteraction = async (interaction: Interaction, services: InteractionServices): Promise<void> => {
  try {
    if (interaction.isAutocomplete()) await handleAutocomplete(interaction, services);
    else if (interaction.isCommand()) await handleCommand(interaction, services);
    else if (interaction.isMessageComponent() || interaction.isModalSubmit()) await handleBoundCall(interaction, services);
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

/** A typed command, or one from the menu of a message or a user. */
const handleCommand = async (interaction: CommandInteraction, services: InteractionServices): Promise<void> => {
  const context = contextOf(interaction, services);
  const { commandName, channelId } = interaction;
  if (interaction.isChatInputCommand()) {
    const { path, data } = callOf(interaction);
    await answer(interaction, services, context, path, givenTo(interaction, data, services.names, services.signal));
  } else if (interaction.isMessageContextMenuCommand()) {
    const target = messageTarget(interaction.targetMessage);
    await answer(interaction, services, { ...context, target }, commandName, {});
  } else if (interaction.isUserContextMenuCommand()) {
    const target = userTarget(interaction.targetUser, interaction.targetMember, channelId, services.names);
    await answer(interaction, services, { ...context, target }, commandName, {});
  }
};

/** A button, menu or form. Its id says what it calls; nothing in it is trusted. */
const handleBoundCall = async (
  interaction: Exclude<Answerable, CommandInteraction>,
  services: InteractionServices,
): Promise<void> => {
  const { message } = interaction;
  const context = { ...contextOf(interaction, services), ...(message && { target: messageTarget(message) }) };
  const bound = decodeCall(interaction.customId);
  const isTheirs =
    bound?.askerId === undefined || bound.askerId === interaction.user.id || ranksAtLeast(context.rank, 'moderator');
  if (bound === undefined || !isTheirs) {
    const reply = createInteractionAnswer(interaction, {
      ...answerOptions(services, context),
      askerId: interaction.user.id,
      reopen: undefined,
    });
    return reply.send({ text: say(context.locale, bound ? 'notYours' : 'outdated'), isPrivate: true, isFailure: true });
  }
  // Whoever turns a page, the pages stay with who asked for them.
  const askerId = bound.askerId ?? message?.interactionMetadata?.user.id;
  await answer(interaction, services, context, bound.call, { ...bound.values, ...filledIn(interaction, bound) }, askerId);
};

/** What was chosen or written in the component itself. */
const filledIn = (interaction: Exclude<Answerable, CommandInteraction>, { option }: BoundCall): GivenOptions => {
  if (interaction.isModalSubmit()) {
    const fields = [...interaction.fields.fields.values()];
    return Object.fromEntries(
      fields.flatMap((field) => ('value' in field && typeof field.value === 'string' ? [[field.customId, field.value]] : [])),
    );
  }
  return interaction.isStringSelectMenu() && option !== undefined ? { [option]: interaction.values[0] } : {};
};

const answer = async (
  interaction: Answerable,
  services: InteractionServices,
  context: CommandContext,
  path: string,
  given: GivenOptions,
  askerId = interaction.user.id,
): Promise<void> => {
  const reopen = reopening(path, given, context);
  const reply = createInteractionAnswer(interaction, { ...answerOptions(services, context), askerId, reopen });
  try {
    const progress = (text: string): void => reply.progress(text);
    const announce = (text: string): Promise<string> => reply.announce(text);
    const outcome = await runCommand(services.commands, { ...context, progress, announce }, path, given, services.logger);
    await reply.send(sendable(outcome, context, path, services.logger));
  } finally {
    reply.end();
  }
};

/** A reply whose buttons can't be made, because their values are too long, is still sent: without them. */
const sendable = (outcome: CommandOutcome, { locale }: CommandContext, path: string, logger: Logger): CommandOutcome => {
  const { components = [], form, ...rest } = outcome;
  try {
    renderComponents(components, longestId);
    if (form !== undefined) encodeCall({ ...form, askerId: longestId });
    return outcome;
  } catch (error) {
    logger.error({ command: path, error }, 'the buttons or the form of a reply could not be made');
    return form === undefined ? rest : { text: say(locale, 'unexpected'), isPrivate: true, isFailure: true };
  }
};

const longestId = '9'.repeat(20);

const answerOptions = ({ timers, signal, commands }: InteractionServices, { locale }: CommandContext) => ({
  timers,
  signal,
  locale,
  charactersMaxOf: (call: string, name: string): number =>
    commandAt(commands, call)?.command.options.find((option) => option.name === name)?.max ?? bounds.commandOptionCharactersMax,
});

/** A button that makes the same call again, if that fits into its id. */
const reopening = (path: string, given: GivenOptions, { locale }: CommandContext): CommandButton | undefined => {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'object') return undefined;
    if (value !== undefined) values[name] = String(value);
  }
  try {
    encodeCall({ call: path, values, askerId: longestId });
  } catch {
    return undefined;
  }
  return { kind: 'button', label: say(locale, 'openForm'), style: 'primary', call: path, values };
};

const handleAutocomplete = async (interaction: AutocompleteInteraction, services: InteractionServices): Promise<void> => {
  const { logger, timers, commands } = services;
  const { path, data } = callOf(interaction);
  const focused = interaction.options.getFocused(true);
  const found = commandAt(commands, path);
  const option = found?.command.options.find((option) => option.name === focused.name);
  const context = contextOf(interaction, services);
  const isAllowed = found !== undefined && isCallable(found.command, context);
  let choices: readonly CommandChoice[] = [];
  if (isAllowed && option?.choices !== undefined) {
    const given = Object.fromEntries(data.map(({ name, value }) => [name, value?.toString()]));
    const timer = new AbortController();
    try {
      const late = sleep(timers, choicesMsMax, timer.signal).then(() => []);
      choices = await Promise.race([option.choices(context, String(focused.value), given), late]);
    } catch (error) {
      logger.warn({ command: path, option: option.name, ...failureFields(error) }, 'choices could not be listed');
    } finally {
      timer.abort();
    }
  }
  const isNumber = option?.kind === 'integer' || option?.kind === 'number';
  const offered = choices
    .map((choice) => (typeof choice === 'string' ? { label: choice, value: choice } : choice))
    .filter(({ value }) => value !== '' && value.length <= choiceCharactersMax && !(isNumber && !Number.isFinite(Number(value))))
    .slice(0, choicesMax)
    .map(({ label, value }) => ({ name: shortened(label, choiceCharactersMax), value: isNumber ? Number(value) : value }));
  await interaction.respond(offered);
};
