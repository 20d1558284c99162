import { typedCommands } from '../../commands/command-tree.ts';
import { completions } from '../../commands/completions.ts';
import { isCallable } from '../../commands/rank.ts';
import { tokenAt } from '../../commands/tokens.ts';
import type { Command, CommandContext, CommandOption, RunnableCommand } from '../../core/command.ts';
import { cleanLine } from './clean-text.ts';

/** What can stand in place of the end of a line: the candidates, and the part of the line that they replace. */
export type Completion = [candidates: string[], replaced: string];

/** Completes a typed command: its name, its subcommands, the names of its options where it has several, and their choices. */
export const completeLine = async (line: string, commands: readonly Command[], context: CommandContext): Promise<Completion> => {
  const [, name = '', gap = '', rest = ''] = /^\/(\S*)(\s*)(.*)$/.exec(line) ?? [];
  if (!line.startsWith('/')) return [[], line];
  const callable = typedCommands(commands).filter((command) => isCallable(command, context));
  if (gap === '') {
    const typed = `/${name.toLowerCase()}`;
    return [[...callable.map((command) => `/${wordOf(command)}`), '/exit'].filter((each) => each.startsWith(typed)), line];
  }
  const command = callable.find((known) => known.name === name.toLowerCase());
  return command === undefined ? [[], line] : completeRest(command, rest, line, context);
};

/** A command's name, with a space where something can follow. */
const wordOf = (command: Command): string =>
  'subcommands' in command || command.options.length > 0 ? `${command.name} ` : command.name;

const completeRest = async (command: Command, rest: string, line: string, context: CommandContext): Promise<Completion> => {
  if (!('subcommands' in command)) return completeOptions(command, rest, line, context);
  const callable = command.subcommands.filter((each) => isCallable(each, context));
  const [, word = '', gap = '', further = ''] = /^(\S*)(\s*)(.*)$/.exec(rest) ?? [];
  const named = callable.find(({ name }) => name === word.toLowerCase());
  if (named !== undefined && gap !== '') return completeRest(named, further, line, context);
  const words = gap === '' ? callable.map(wordOf).filter((each) => each.startsWith(word.toLowerCase())) : [];
  const short = callable.find(({ name }) => name === command.short?.rest);
  // The words come first; what the short form takes is offered once something is typed that is none of them.
  if (words.length > 0 || short === undefined) return [words, word];
  return completeRest(short, rest, line, context);
};

const completeOptions = async (
  { options }: RunnableCommand,
  rest: string,
  line: string,
  context: CommandContext,
): Promise<Completion> => {
  const [only, ...others] = options;
  if (only === undefined) return [[], line];
  if (others.length === 0) return [await choicesOf(only, context, rest, {}), rest];

  const { given, word } = readPart(options, rest);
  const separator = word.search(/[:=]/);
  const option = options.find(({ name }) => separator !== -1 && name === word.slice(0, separator).toLowerCase());
  if (option !== undefined) {
    const typed = word.slice(separator + 1);
    return [(await choicesOf(option, context, typed.replace(/^"/, ''), given)).map(inQuotes), typed];
  }
  const open = options.filter(({ name }) => given[name] === undefined);
  const [next] = open;
  const choices = next === undefined ? [] : await choicesOf(next, context, word.replace(/^"/, ''), given);
  if (choices.length > 0) return [choices.map(inQuotes), word];
  const names = completions(
    word,
    open.map(({ name }) => `${name}:`),
  );
  return [[...names], word];
};

const inQuotes = (choice: string): string => (/[\s"]/.test(choice) ? JSON.stringify(choice) : choice);

/** What the options hold so far, and the word that is being typed. */
const readPart = (options: readonly CommandOption[], rest: string) => {
  const given: Record<string, string> = {};
  let start = 0;
  for (;;) {
    const token = tokenAt(rest, start);
    // A part that reaches the end is still being typed, unless a space ends it.
    if (token === undefined || (token.end === rest.length && !/\s$/.test(rest))) return { given, word: rest.slice(start) };
    const named = options.find(({ name }) => name === token.name);
    const option = named ?? options.find(({ name }) => !Object.hasOwn(given, name));
    if (option !== undefined) given[option.name] = named === undefined ? token.whole : token.value;
    start = token.end;
  }
};

/** The choices that begin with what is typed; failing those, a single other one, as readline replaces the text by what all have in common. */
const choicesOf = async (
  option: CommandOption,
  context: CommandContext,
  typed: string,
  given: Readonly<Record<string, string>>,
): Promise<string[]> => {
  const offered =
    option.kind === 'choice'
      ? completions(typed, option.values ?? [])
      : option.kind === 'boolean'
        ? completions(typed, ['yes', 'no'])
        : ((await option.choices?.(context, typed, given)) ?? []);
  const choices = offered.map((choice) => cleanLine(typeof choice === 'string' ? choice : choice.value));
  const beginning = choices.filter((choice) => choice.toLowerCase().startsWith(typed.toLowerCase()));
  return beginning.length > 0 || choices.length > 1 ? beginning : choices;
};
