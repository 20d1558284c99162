import type { CommandContext, CommandOption, CommandReply, OptionValues, RunnableCommand } from '../core/command.ts';

type ValueOf<Option extends CommandOption> = Option extends { readonly kind: infer Kind extends keyof OptionValues }
  ? OptionValues[Kind]
  : string;

/** What `run` is given for a list of options: the values by name, required ones for certain. */
export type ValuesOf<Options extends readonly CommandOption[]> = {
  readonly [Option in Options[number] as Option['name']]: Option extends { readonly isRequired: true }
    ? ValueOf<Option>
    : ValueOf<Option> | undefined;
};

/** A command whose options are typed by their definitions. */
export const defineCommand = <const Options extends readonly CommandOption[]>(
  definition: Omit<RunnableCommand, 'options' | 'run'> & {
    readonly options: Options;
    run(context: CommandContext, options: ValuesOf<Options>): Promise<CommandReply>;
  },
  // The frame checks every value by the same definitions, so the wider type loses nothing.
): RunnableCommand => definition as unknown as RunnableCommand;
