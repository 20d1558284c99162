import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import { closest } from '../text/closest.ts';
import { parseCommandLine } from './command-line.ts';
import { usage } from './help.ts';
import { ranksAtLeast } from './rank.ts';

/** What a call came to. The reply of a failed one says what to do instead. */
export type CommandOutcome = CommandReply & { readonly isFailure: boolean };

/**
 * Runs a command for a platform and never rejects: every mistake and failure becomes a private
 * reply. The rank is checked here on every call, whatever the platform has checked before.
 * @param options what was given; blank values count as left out.
 */
export const runCommand = async (
  commands: readonly Command[],
  context: CommandContext,
  name: string,
  options: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): Promise<CommandOutcome> => {
  try {
    const command = findCommand(commands, name);
    if (!ranksAtLeast(context.rank, command.rank)) throw notAllowed(command);
    const reply = await command.run(context, checkedOptions(command, options));
    return { ...reply, isFailure: false };
  } catch (error) {
    const fields = { command: name.slice(0, 64), conversation: context.conversation, user: context.user.id };
    if (!(error instanceof PaddockError)) logger.error({ ...fields, error }, 'a command failed unexpectedly');
    else if (error.cause !== undefined) logger.warn({ ...fields, code: error.code, error }, 'a command failed');
    else logger.debug({ ...fields, code: error.code }, 'a command was refused');
    return { text: userTextOf(error), isPrivate: true, isFailure: true };
  }
};

const findCommand = (commands: readonly Command[], asked: string): Command => {
  const name = asked.toLowerCase();
  const command = commands.find((command) => command.name === name);
  if (command !== undefined) return command;
  const near = closest(
    name,
    commands.map((command) => command.name),
  );
  throw new PaddockError('not-found', 'an unknown command was called', {
    userText: `There is no such command. ${near === undefined ? '/help lists those there are.' : `Did you mean /${near}?`}`,
  });
};

const notAllowed = (command: Command): PaddockError =>
  new PaddockError('not-allowed', `/${command.name} was called by someone below ${command.rank}`, {
    userText: `/${command.name} is for ${command.rank === 'owner' ? 'the owner of the bot' : 'moderators'} only. Ask them to call it.`,
  });

const checkedOptions = (
  command: Command,
  given: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> => {
  const checked: Record<string, string> = {};
  for (const option of command.options) {
    const value = Object.hasOwn(given, option.name) ? given[option.name]?.trim() : undefined;
    if (value !== undefined && value.length > bounds.commandOptionCharactersMax) {
      throw new PaddockError('bad-input', `the option ${option.name} of /${command.name} is too long`, {
        userText: `What you gave as ${option.name} is too long. Use at most ${bounds.commandOptionCharactersMax} characters.`,
      });
    }
    if (value) checked[option.name] = value;
    else if (option.isRequired) {
      throw new PaddockError('bad-input', `/${command.name} was called without ${option.name}`, {
        userText: `/${command.name} needs ${option.name}: ${option.description}. Call it as ${usage(command)}.`,
      });
    }
  }
  return checked;
};

/** Runs a typed line, for platforms where commands are typed; mistakes in its form become replies too. */
export const runCommandLine = async (
  commands: readonly Command[],
  context: CommandContext,
  line: string,
  logger: Logger,
): Promise<CommandOutcome> => {
  try {
    const { name, options } = parseCommandLine(line, commands);
    return await runCommand(commands, context, name, options, logger);
  } catch (error) {
    return { text: userTextOf(error), isPrivate: true, isFailure: true };
  }
};
