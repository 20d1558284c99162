import type { Command } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import { closest } from '../text/closest.ts';
import { usage } from './help.ts';

/** A command as it was typed. */
export type CommandLine = {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
};

/**
 * Reads a typed line such as `/persona Old Robin` or `/config key:value other="a b"`. The only option
 * of a command takes the rest of the line; several are given by name, with `:` or `=`, and quotes
 * around what holds spaces (`\"` for a quote). An unknown command keeps its name and has no options.
 * Throws a `PaddockError` (`bad-input`) that says how to call it.
 */
export const parseCommandLine = (line: string, commands: readonly Command[]): CommandLine => {
  const [, typedName = '', rest = ''] = /^\s*\/(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  const name = typedName.toLowerCase();
  const command = commands.find((command) => command.name === name);
  const text = rest.trim();
  if (command === undefined || text === '') return { name, options: {} };
  const [only, ...others] = command.options;
  if (only === undefined) throw misuse(command, `/${name} takes nothing after its name. Call it alone.`);
  if (others.length === 0) return { name, options: { [only.name]: onlyValue(only.name, text) } };
  return { name, options: namedValues(command, text) };
};

const quoted = /^"((?:[^"\\]|\\[\s\S])*)"$/;
const unescaped = (text: string): string => text.replace(/\\(["\\])/g, '$1');

const onlyValue = (name: string, text: string): string => {
  const value = text.toLowerCase().startsWith(`${name}:`) ? text.slice(name.length + 1).trim() : text;
  const inside = quoted.exec(value)?.[1];
  return inside === undefined ? value : unescaped(inside);
};

const namedValues = (command: Command, text: string): Readonly<Record<string, string>> => {
  const names = command.options.map((option) => option.name);
  const options: Record<string, string> = {};
  // Sticky, so that every character belongs to a match: nothing typed is silently skipped.
  const part = /([\p{L}\p{N}_-]+)[:=](?:"((?:[^"\\]|\\[\s\S])*)"(?=\s|$)|([^\s"]\S*))\s*/uy;
  while (part.lastIndex < text.length) {
    const [, typedName = '', inQuotes, bare = ''] = part.exec(text) ?? [];
    const name = typedName.toLowerCase();
    if (name === '') throw misuse(command, `Give each value with its name. ${example(command)}`);
    if (!names.includes(name)) {
      const near = closest(name, names);
      throw misuse(
        command,
        `/${command.name} has no ${name}. ${near === undefined ? example(command) : `Did you mean ${near}?`}`,
      );
    }
    if (Object.hasOwn(options, name)) throw misuse(command, `You gave ${name} twice. Give it once.`);
    options[name] = inQuotes === undefined ? bare : unescaped(inQuotes);
  }
  return options;
};

const example = (command: Command): string =>
  `Call it as ${usage(command)}, for example /${command.name} ${command.options.map(({ name }) => `${name}:"…"`).join(' ')}`;

const misuse = (command: Command, userText: string): PaddockError =>
  new PaddockError('bad-input', `/${command.name} was typed in a form that cannot be read`, { userText });
