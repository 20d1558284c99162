import type { Command, CommandContext, CommandPlace, CommandReply, Rank } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import { userTextIn } from '../locale/index.ts';
import { closest } from '../text/closest.ts';
import { parseCommandLine } from './command-line.ts';
import { allCommands, type CommandAt, commandAt, typedCommands } from './command-tree.ts';
import { type Notice, say } from './locale/index.ts';
import { ranksAtLeast } from './rank.ts';
import { type GivenOptions, readOptions } from './read-options.ts';
import { refusal, shownPath } from './refusal.ts';

/** What a call came to. The reply of a failed one says what to do instead. */
export type CommandOutcome = CommandReply & { readonly isFailure: boolean };

/**
 * Runs a command for a platform and never rejects: every mistake and failure becomes a private reply. Rank, place and
 * options are checked here on every call, whatever the platform has checked before, and whether the call was typed or
 * came from a menu, a button or a form.
 * @param path the command's words, for example `persona use`.
 */
export const runCommand = async (
  commands: readonly Command[],
  context: CommandContext,
  path: string,
  options: GivenOptions,
  logger: Logger,
): Promise<CommandOutcome> => {
  try {
    const found = findCommand(commands, path, context);
    checkCaller(found, context);
    const reply = await found.command.run(context, readOptions(found, options, context));
    return { ...reply, isFailure: false };
  } catch (error) {
    const fields = { command: path.slice(0, 64), conversation: context.conversation, user: context.user.id };
    if (!(error instanceof PaddockError)) logger.error({ ...fields, error }, 'a command failed unexpectedly');
    else if (error.cause !== undefined) logger.warn({ ...fields, code: error.code, error }, 'a command failed');
    else logger.debug({ ...fields, code: error.code }, 'a command was refused');
    return { text: failureText(error, context), isPrivate: true, isFailure: true };
  }
};

const failureText = (error: unknown, { locale }: CommandContext): string => userTextIn(locale, error);

const findCommand = (commands: readonly Command[], path: string, context: CommandContext): CommandAt => {
  const found = commandAt(commands, path);
  if (found !== undefined) return found;
  const near = closest(path.toLowerCase(), [
    ...typedCommands(commands).map(({ name }) => name),
    ...allCommands(typedCommands(commands)).map((each) => each.path),
  ]);
  throw near === undefined
    ? refusal('not-found', context, 'unknownCommand', { help: shownPath('help', context) })
    : refusal('not-found', context, 'unknownCommandNear', { near: shownPath(near, context) });
};

const checkCaller = ({ path, command }: CommandAt, context: CommandContext): void => {
  const shown = { command: shownPath(path, context) };
  if (command.places !== undefined && !command.places.includes(context.where)) {
    const places = command.places.map((place) => say(context.locale, placeNotices[place])).join(', ');
    throw refusal('not-allowed', context, 'notHere', { ...shown, places });
  }
  if (!ranksAtLeast(context.rank, command.rank)) {
    throw refusal('not-allowed', context, rankNotices[command.rank], shown);
  }
  const targetKind = { 'message-menu': 'message', 'user-menu': 'user', slash: undefined, action: undefined }[
    command.kind ?? 'slash'
  ];
  if (targetKind !== undefined && context.target?.kind !== targetKind) throw refusal('bad-input', context, 'outdated');
};

const rankNotices: Readonly<Record<Rank, Notice>> = {
  everyone: 'notYours', // never refused
  moderator: 'forModerators',
  'server-owner': 'forServerOwner',
  owner: 'forOwner',
};

const placeNotices: Readonly<Record<CommandPlace, Notice>> = {
  server: 'inServer',
  thread: 'inThread',
  direct: 'inDirect',
  terminal: 'inTerminal',
};

/**
 * Runs a typed line, for platforms where commands are typed; mistakes in its form become replies too.
 * @param resolve turns what was typed for an option into what it names, for example a path into a file.
 */
export const runCommandLine = async (
  commands: readonly Command[],
  context: CommandContext,
  line: string,
  logger: Logger,
  resolve: (found: CommandAt | undefined, options: Readonly<Record<string, string>>) => GivenOptions = (_found, options) =>
    options,
): Promise<CommandOutcome> => {
  const typed = typedCommands(commands);
  try {
    const { name, options } = parseCommandLine(line, typed, context);
    return await runCommand(typed, context, name, resolve(commandAt(typed, name), options), logger);
  } catch (error) {
    return { text: failureText(error, context), isPrivate: true, isFailure: true };
  }
};
