import { completions } from '../../commands/completions.ts';
import type { Command, CommandContext } from '../../core/command.ts';
import { cleanLine } from './clean-text.ts';

/** What can stand in place of the end of a line: the candidates, and the part of the line that they replace. */
export type Completion = [candidates: string[], replaced: string];

/** Completes a typed command: its name, the names of its options where it has several, and their choices. */
export const completeLine = async (line: string, commands: readonly Command[], context: CommandContext): Promise<Completion> => {
  const [, name = '', gap = '', rest = ''] = /^\/(\S*)(\s*)(.*)$/.exec(line) ?? [];
  if (!line.startsWith('/')) return [[], line];
  if (gap === '') {
    const typed = `/${name.toLowerCase()}`;
    const known = commands.map((command) => `/${command.name}${command.options.length > 0 ? ' ' : ''}`);
    return [[...known, '/exit'].filter((candidate) => candidate.startsWith(typed)), line];
  }
  const command = commands.find((known) => known.name === name.toLowerCase());
  const [only, ...others] = command?.options ?? [];
  if (only === undefined) return [[], line];
  if (others.length === 0) return [await choicesOf(only, context, rest), rest];

  const word = /\S*$/.exec(rest)?.[0] ?? '';
  const separator = word.search(/[:=]/);
  if (separator === -1)
    return [
      completions(
        word,
        [only, ...others].map((option) => `${option.name}:`),
      ).slice(),
      word,
    ];
  const option = command?.options.find((known) => known.name === word.slice(0, separator).toLowerCase());
  const typed = word.slice(separator + 1);
  if (option === undefined) return [[], word];
  const choices = await choicesOf(option, context, typed.replace(/^"/, ''));
  return [choices.map((choice) => (/[\s"]/.test(choice) ? JSON.stringify(choice) : choice)), typed];
};

/** The choices that begin with what is typed; failing those, a single other one, as readline replaces the text by what all have in common. */
const choicesOf = async (option: Command['options'][number], context: CommandContext, typed: string): Promise<string[]> => {
  const choices = ((await option.choices?.(context, typed)) ?? []).map(cleanLine);
  const beginning = choices.filter((choice) => choice.toLowerCase().startsWith(typed.toLowerCase()));
  return beginning.length > 0 || choices.length > 1 ? beginning : choices;
};
