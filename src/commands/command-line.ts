import type { Command, CommandContext, CommandGroup, CommandOption, RunnableCommand } from '../core/command.ts';
import { closest } from '../text/closest.ts';
import type { CommandAt } from './command-tree.ts';
import { usage } from './help.ts';
import { refusal, shownPath } from './refusal.ts';
import { type Token, tokenAt, unquoted } from './tokens.ts';

/** A command as it was typed. */
export type CommandLine = {
  /** Its words, for example `persona use`; as typed where there is no such command. */
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
};

type Caller = Pick<CommandContext, 'locale' | 'where'>;

/**
 * Reads a typed line such as `/persona Old Robin` or `/config set key "a value"`. Options are given in their order or
 * by name with `:` or `=`; quotes go around what holds spaces (`\"` for a quote), and what is left for a last text
 * option is taken as it is. Where a text takes the whole line, the others have to be named. An unknown command keeps its name and has no options.
 * Throws a `PaddockError` (`bad-input`) that says how to call it.
 */
export const parseCommandLine = (line: string, commands: readonly Command[], caller: Caller): CommandLine => {
  const [, typedName = '', rest = ''] = /^\s*\/(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  const name = typedName.toLowerCase();
  const command = commands.find((command) => command.name === name);
  if (command === undefined) return { name, options: {} };
  const { at, rest: text } = descend(command, command.name, rest.trim(), caller);
  const taker = at.command.options.find(({ takesLine }) => takesLine);
  return { name: at.path, options: taker ? optionsAround(at.command, taker.name, text) : optionsOf(at, text, caller) };
};

/** The command that is meant inside a group, and what is left of the line for its options. */
const descend = (
  command: Command,
  path: string,
  text: string,
  caller: Caller,
): { readonly at: CommandAt; readonly rest: string } => {
  if (!('subcommands' in command)) return { at: { path, command }, rest: text };
  const [, word = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const named = command.subcommands.find(({ name }) => name === word.toLowerCase());
  if (named !== undefined) return descend(named, `${path} ${named.name}`, rest, caller);
  const short = word === '' ? command.short?.alone : command.short?.rest;
  const meant = command.subcommands.find(({ name }) => name === short);
  if (meant !== undefined) return descend(meant, `${path} ${meant.name}`, text, caller);
  throw subcommandMissing(command, path, word, caller);
};

const subcommandMissing = ({ subcommands }: CommandGroup, path: string, word: string, caller: Caller): Error => {
  const words = subcommands.map(({ name }) => name);
  const near = closest(word.toLowerCase(), words);
  const shown = { command: shownPath(path, caller), word: word.slice(0, 40) };
  return near === undefined
    ? refusal('bad-input', caller, 'needsSubcommand', { ...shown, words: words.join(', ') })
    : refusal('bad-input', caller, 'needsSubcommandNear', { ...shown, near });
};

const optionsOf = (at: CommandAt, text: string, caller: Caller): Readonly<Record<string, string>> => {
  const options: Record<string, string> = {};
  let start = 0;
  while (start < text.length) {
    const open = at.command.options.filter(({ name }) => !Object.hasOwn(options, name));
    const [only, ...others] = open;
    if (only !== undefined && others.length === 0 && takesRest(only) && !isForAnother(at.command, only, text.slice(start))) {
      options[only.name] = restFor(only.name, text.slice(start));
      break;
    }
    const token = tokenAt(text, start);
    if (token === undefined) throw unclear(at, caller);
    const option = optionOf(token, at, open, caller);
    if (Object.hasOwn(options, option.name)) throw refusal('bad-input', caller, 'twice', { option: option.name });
    options[option.name] = token.name === undefined || !isOption(at.command, token.name) ? token.whole : token.value;
    start = token.end;
  }
  return options;
};

/** The one text that takes the line, and the other options that are named before or behind it. */
const optionsAround = (command: RunnableCommand, taker: string, text: string): Readonly<Record<string, string>> => {
  const options: Record<string, string> = {};
  const take = (token: Token | undefined): boolean => {
    if (token?.name === undefined || token.name === taker || !isOption(command, token.name)) return false;
    if (Object.hasOwn(options, token.name)) return false;
    options[token.name] = token.value;
    return true;
  };
  let start = 0;
  for (let token = tokenAt(text, start); token !== undefined && take(token); token = tokenAt(text, start)) start = token.end;
  const parts: { readonly token: Token; readonly at: number }[] = [];
  for (let at = start, token = tokenAt(text, at); token !== undefined; token = tokenAt(text, at)) {
    parts.push({ token, at });
    at = token.end;
  }
  let end = text.length;
  // Behind a quote that is never closed nothing is certain to be an option.
  if ((parts.at(-1)?.token.end ?? start) === end) {
    for (let last = parts.pop(); last !== undefined && take(last.token); last = parts.pop()) end = last.at;
  }
  const said = restFor(taker, text.slice(start, end));
  return said === '' ? options : { ...options, [taker]: said };
};

const takesRest = ({ kind = 'text' }: CommandOption): boolean => kind !== 'boolean' && kind !== 'choice';

/** Whether the rest begins with the name of an option that has its value already: then it is given twice. */
const isForAnother = (command: RunnableCommand, only: CommandOption, rest: string): boolean => {
  const { name } = tokenAt(rest, 0) ?? {};
  return name !== undefined && name !== only.name && isOption(command, name);
};

const isOption = (command: RunnableCommand, name: string): boolean => command.options.some((option) => option.name === name);

/** The rest of the line for one option, with or without its name in front, in quotes or not. */
const restFor = (name: string, rest: string): string => {
  const isNamed = new RegExp(`^${name}[:=]`, 'i').test(rest);
  return unquoted((isNamed ? rest.slice(name.length + 1) : rest).trim());
};

/** The option that a token names, or the next one in order. */
const optionOf = (token: Token, at: CommandAt, open: readonly CommandOption[], caller: Caller): CommandOption => {
  const { options } = at.command;
  const named = options.find(({ name }) => name === token.name);
  if (named !== undefined) return named;
  if (options.length === 0) throw refusal('bad-input', caller, 'takesNothing', { command: shownPath(at.path, caller) });
  if (token.name !== undefined) {
    const near = closest(
      token.name,
      options.map(({ name }) => name),
    );
    const shown = { command: shownPath(at.path, caller), word: token.name };
    if (near !== undefined) throw refusal('bad-input', caller, 'noOption', { ...shown, near });
  }
  const [next] = open;
  if (next === undefined) throw unclear(at, caller);
  return next;
};

const unclear = (at: CommandAt, caller: Caller): Error => refusal('bad-input', caller, 'unclear', { usage: usage(at, caller) });
