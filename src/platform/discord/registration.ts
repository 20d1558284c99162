import { createHash } from 'node:crypto';
import { ApplicationCommandType, type REST, type RESTGetAPIApplicationCommandsResult, Routes } from 'discord.js';
import type { Command } from '../../core/command.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { describeCommands } from './describe-command.ts';

export { describeCommand } from './describe-command.ts';

/**
 * Registers the commands for all servers, unless Discord has exactly these already (changes are limited to
 * some a day). Resolves with whether it had to. Without any command it leaves alone what is there: nobody wants
 * an empty list on purpose, and it would wipe all servers' permissions for the commands.
 */
export const registerCommands = async (
  rest: REST,
  applicationId: string,
  commands: readonly Command[],
  backOff: BackOffOptions,
): Promise<boolean> => {
  const wanted = describeCommands(commands);
  if (wanted.length === 0) return false;
  const route = Routes.applicationCommands(applicationId);
  const query = new URLSearchParams({ with_localizations: 'true' });
  const there = (await withBackOff(() => rest.get(route, { query }), backOff)) as RESTGetAPIApplicationCommandsResult;
  // The entry point of an activity is not ours, and Discord refuses a list without it.
  const isEntryPoint = ({ type }: { readonly type?: number }): boolean => type === ApplicationCommandType.PrimaryEntryPoint;
  const ours = there.filter((command) => !isEntryPoint(command));
  if (hashOf(wanted) === hashOf(ours)) return false;
  await withBackOff(() => rest.put(route, { body: [...wanted, ...there.filter(isEntryPoint)] }), backOff);
  return true;
};

/** The same for the same commands, whatever Discord adds to what it was told and whatever it leaves out. */
const hashOf = (commands: readonly object[]): string => {
  const parts = commands.map((command) => JSON.stringify(essence(command))).sort();
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
};

/** What we tell Discord of a command; whatever else it adds by itself does not count. */
const told = new Set(
  ['type', 'name', 'description', 'options', 'required', 'autocomplete', 'choices', 'value'].concat(
    ['min_value', 'max_value', 'min_length', 'max_length', 'default_member_permissions', 'contexts', 'integration_types'],
    ['name_localizations', 'description_localizations'],
  ),
);
/** Lists in no order. */
const unordered = new Set(['contexts', 'integration_types']);

/** A value without what says nothing: null, false, empty texts, lists and objects. Keys are sorted. */
const essence = (value: unknown, inside = ''): unknown => {
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return unordered.has(inside) ? [...value].sort() : value.map((each) => essence(each, inside));
  }
  if (typeof value !== 'object' || value === null) return value === null || value === false || value === '' ? undefined : value;
  const entries = Object.entries(value)
    .filter(([key]) => inside.endsWith('_localizations') || told.has(key))
    .map(([key, each]) => [key, essence(each, key)] as const)
    .filter(([, each]) => each !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};
