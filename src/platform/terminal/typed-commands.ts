import { commandAt, typedCommands } from '../../commands/command-tree.ts';
import { say } from '../../commands/locale/index.ts';
import type { GivenOptions } from '../../commands/read-options.ts';
import { type CommandOutcome, runCommand, runCommandLine } from '../../commands/run-command.ts';
import { bounds } from '../../core/bounds.ts';
import type { Command, CommandComponent, CommandContext, CommandForm } from '../../core/command.ts';
import type { Logger } from '../../core/logger.ts';
import { saveFiles, typedFile } from './files.ts';

export type TypedCommandsOptions = {
  readonly commands: readonly Command[];
  readonly context: CommandContext;
  /** Where files that commands make are put; nowhere when absent. */
  readonly exportsFolder: string | undefined;
  readonly logger: Logger;
  now(): number;
};

/** Commands as they are typed, and forms asked for field by field. */
export interface TypedCommands {
  /** Whether the next line fills a field of a form. */
  readonly isAsking: boolean;
  /**
   * Deals with a command, or with a line for the form that is being filled. Never rejects.
   * @param onProgress shows how far a long command is.
   */
  run(line: string, onProgress?: (text: string) => void): Promise<{ readonly text: string; readonly isFailure: boolean }>;
}

type Asking = { readonly form: CommandForm; readonly values: Readonly<Record<string, string>>; readonly at: number };

export const createTypedCommands = (options: TypedCommandsOptions): TypedCommands => {
  const { commands, context, logger } = options;
  const { locale } = context;
  let asking: Asking | undefined;

  const question = ({ form, at }: Asking): string => {
    const field = form.fields[at];
    if (field === undefined) return '';
    const kept = field.value ? ` [${field.value}]` : '';
    return `${field.label}${field.isRequired ? ' *' : ''}${kept}:`;
  };

  const resolve = (found: ReturnType<typeof commandAt>, given: Readonly<Record<string, string>>): GivenOptions =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const isFile = found?.command.options.find((option) => option.name === name)?.kind === 'attachment';
        return [name, isFile ? typedFile(value, locale) : value];
      }),
    );

  const shown = async (outcome: CommandOutcome): Promise<{ readonly text: string; readonly isFailure: boolean }> => {
    const { form, files = [], components = [], isFailure } = outcome;
    if (form !== undefined) {
      asking = { form, values: {}, at: 0 };
      return { text: `${say(locale, 'formBegins', { title: form.title })}\n${question(asking)}`, isFailure };
    }
    const saved = files.length === 0 ? [] : await saveFiles(files, options.exportsFolder, locale, logger);
    const offers = components.flatMap((component) => offerLine(component, commands));
    // Where there is nothing to say, what was asked for has been shown already: an answer written again.
    const text = outcome.text.trim();
    return { text: [text, ...saved, ...offers].filter(Boolean).join('\n'), isFailure };
  };

  /** Takes a line as the value of the field that was asked for, and asks for the next one. */
  const fill = async (current: Asking, line: string, caller: CommandContext) => {
    const field = current.form.fields[current.at];
    const typed = line.trim();
    if (typed.toLowerCase() === '/cancel' || field === undefined) {
      asking = undefined;
      return { text: say(locale, 'formCancelled'), isFailure: false };
    }
    const value = typed === '' ? field.value : typed;
    if (field.isRequired && !value) return { text: question(current), isFailure: true };
    const values = value === undefined ? current.values : { ...current.values, [field.option]: value };
    const next = { ...current, values, at: current.at + 1 };
    if (next.at < current.form.fields.length) {
      asking = next;
      return { text: question(next), isFailure: false };
    }
    asking = undefined;
    const { call, values: bound } = current.form;
    return shown(await runCommand(commands, caller, call, { ...bound, ...values }, logger));
  };

  return {
    get isAsking() {
      return asking !== undefined;
    },
    async run(line, onProgress) {
      let shownAt = Number.NEGATIVE_INFINITY;
      const progress = (text: string): void => {
        if (options.now() - shownAt < bounds.commandProgressMs) return;
        shownAt = options.now();
        onProgress?.(text);
      };
      const caller = onProgress === undefined ? context : { ...context, progress };
      try {
        if (asking !== undefined) return await fill(asking, line, caller);
        return await shown(await runCommandLine(commands, caller, line, logger, resolve));
      } catch (error) {
        logger.error({ error }, 'the reply of a command could not be shown');
        return { text: say(locale, 'unexpected'), isFailure: true };
      }
    },
  };
};

/** A button as what can be typed in its place; those that only work on a message have no such form. */
const offerLine = (component: CommandComponent, commands: readonly Command[]): readonly string[] => {
  if (commandAt(typedCommands(commands), component.call) === undefined) return [];
  const values = Object.entries(component.values ?? {}).map(([name, value]) => `${name}:${quoted(value)}`);
  const typed = [`/${component.call}`, ...values].join(' ');
  if (component.kind === 'button') return component.isDisabled ? [] : [`[${component.label}] ${typed}`];
  return [
    component.label,
    ...component.choices.map(({ label, value }) => `[${label}] ${typed} ${component.option}:${quoted(value)}`),
  ];
};

const quoted = (value: string): string => (/[\s"]/.test(value) || value === '' ? JSON.stringify(value) : value);
