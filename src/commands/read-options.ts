import { bounds } from '../core/bounds.ts';
import type { CommandContext, CommandOption, OptionKind, OptionValue } from '../core/command.ts';
import type { CommandAt } from './command-tree.ts';
import { usage } from './help.ts';
import { describedIn, type Notice } from './locale/index.ts';
import { refusal, shownPath } from './refusal.ts';

/** What a platform hands over: texts, or what it has resolved already. */
export type GivenOptions = Readonly<Record<string, OptionValue | undefined>>;

/**
 * Checks what was given against the options of a command: kinds, bounds, what is required. Blank texts count as left out,
 * options that the command does not have are dropped. Throws a `PaddockError` (`bad-input`) in the caller's language.
 */
export const readOptions = ({ path, command }: CommandAt, given: GivenOptions, context: CommandContext): GivenOptions => {
  const values: Record<string, OptionValue> = {};
  for (const option of command.options) {
    const raw = Object.hasOwn(given, option.name) ? given[option.name] : undefined;
    const value = typeof raw === 'string' ? raw.trim() : raw;
    if (value !== undefined && value !== '') values[option.name] = readValue(option, value, context);
    else if (option.isRequired) {
      throw refusal('bad-input', context, 'needs', {
        command: shownPath(path, context),
        option: option.name,
        description: describedIn(context.locale, `${path} ${option.name}`, option.description),
        usage: usage({ path, command }, context),
      });
    }
  }
  return values;
};

const readValue = (option: CommandOption, value: OptionValue, context: CommandContext): OptionValue => {
  const kind = option.kind ?? 'text';
  const refuse = (notice: Notice, values: Readonly<Record<string, string | number>> = {}): Error =>
    refusal('bad-input', context, notice, { option: option.name, ...values });
  switch (kind) {
    case 'text': {
      const text = String(value);
      const { min = 1, max = bounds.commandOptionCharactersMax } = option;
      if (text.length > max) throw refuse('tooLong', { max });
      if (text.length < min) throw refuse('tooShort', { min });
      return text;
    }
    case 'choice': {
      const found = option.values?.find((each) => each.toLowerCase() === String(value).toLowerCase());
      if (found === undefined) throw refuse('notChoice', { choices: (option.values ?? []).join(', ') });
      return found;
    }
    case 'integer':
    case 'number': {
      const number = typeof value === 'number' ? value : readNumber(value);
      if (!Number.isFinite(number)) throw refuse(kind === 'integer' ? 'notInteger' : 'notNumber');
      if (kind === 'integer' && !Number.isSafeInteger(number)) throw refuse('notInteger');
      if (option.min !== undefined && number < option.min) throw refuse('tooSmall', { min: option.min });
      if (option.max !== undefined && number > option.max) throw refuse('tooLarge', { max: option.max });
      return number;
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value;
      if (yes.test(String(value))) return true;
      if (no.test(String(value))) return false;
      throw refuse('notBoolean');
    }
    case 'user':
    case 'channel':
    case 'role': {
      if (isResolved(value)) return value;
      const id = /^(?:discord:|<[@#][!&]?)?(\d{15,20})>?$/.exec(String(value))?.[1];
      if (id === undefined) throw refuse(notResolved[kind]);
      return kind === 'user' ? { id: `discord:${id}`, name: id, isBot: false } : { id, name: id };
    }
    case 'attachment':
      if (typeof value === 'object' && 'read' in value) return value;
      throw refuse('notAttachment');
    default:
      return kind satisfies never;
  }
};

const yes = /^(?:yes|y|true|on|1|ja|oui|si|sí|sim|はい)$/i;
const no = /^(?:no|n|false|off|0|nein|non|não|nao|いいえ)$/i;

/** Numbers as people type them; `Number` alone would take the empty text, `0x10` and `1e9`. */
const readNumber = (value: OptionValue): number =>
  typeof value === 'string' && /^[+-]?(?:\d{1,15}(?:[.,]\d{1,15})?|[.,]\d{1,15})$/.test(value)
    ? Number(value.replace(',', '.'))
    : Number.NaN;

const isResolved = (value: OptionValue): value is Extract<OptionValue, { readonly id: string }> =>
  typeof value === 'object' && 'id' in value;

const notResolved = { user: 'notUser', channel: 'notChannel', role: 'notRole' } as const satisfies Partial<
  Record<OptionKind, Notice>
>;
