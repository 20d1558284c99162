import { isLimit, isLooser, type Setter } from '../config/limits.ts';
import { parseSetting, settingNamed } from '../config/setting-names.ts';
import type { CommandContext, CommandReply } from '../core/command.ts';
import { closest } from '../text/closest.ts';
import { findPersona } from './find-persona.ts';
import { type Notice, say } from './locale/index.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { managesServer, type ScopedPlace, scopedPlace } from './setting-scope.ts';
import { valueText } from './setting-text.ts';

export type SettingServices = Pick<CommandServices, 'settings' | 'personas'>;

/**
 * Sets a setting for a place, as typed. Beyond what the setting itself can be: personas, presets and templates must exist, and what concerns
 * the whole machine or the rules of the platform is left to the bot's owner. It counts from the next message on.
 */
export const changeSetting = async (
  services: SettingServices,
  context: CommandContext,
  name: string,
  typed: string,
  scope: string | undefined,
): Promise<CommandReply> => {
  const target = scopedPlace(context, scope);
  const asked = settingNamed(name).name;
  const text = await checkedValue(services, context, asked, typed, target);
  const { value } = await services.settings.overrides.set(target.id, asked, text, setterOf(context));
  const shown = { name: asked, value: valueText(value, context.locale), scope: target.label };
  return { text: say(context.locale, 'settingSet', shown), isPrivate: false };
};

/** The text to be set, for example the id of a persona that was named. Throws for what can't be, or is not the caller's to set. */
const checkedValue = async (
  services: SettingServices,
  context: CommandContext,
  name: string,
  typed: string,
  target: ScopedPlace,
): Promise<string> => {
  const { settings, personas } = services;
  const isOwner = context.rank === 'owner';
  if (name === 'persona') return findPersona(personas, typed, context).id;
  const { value } = parseSetting(name, typed);
  if (name === 'preset') requireKnown(context, 'preset', String(value), ['auto', 'none', ...settings.presets()]);
  // A path to a file of the machine is for who owns the machine.
  if (name === 'template' && !(isOwner && /\.jinja2?$/.test(String(value))) && !String(value).startsWith('native:'))
    requireKnown(context, 'template', String(value), ['auto', ...settings.templates()]);
  if (isLimit(name)) await requireWithin(services, context, name, value, target);
  return typed;
};

const requireKnown = (context: CommandContext, what: 'preset' | 'template', value: string, known: readonly string[]): void => {
  if (known.includes(value)) return;
  const near = closest(value, known);
  throw near === undefined
    ? refusal('not-found', context, what === 'preset' ? 'presetUnknown' : 'templateUnknown', {
        names: known.slice(0, 25).join(', '),
      })
    : refusal('not-found', context, 'unknownNear', { near });
};

/** What limits people can be made stricter by anybody who may change the place, and be lifted only by those who set it, or stand above them. */
const requireWithin = async (
  { settings }: SettingServices,
  context: CommandContext,
  name: string,
  value: unknown,
  { place }: ScopedPlace,
): Promise<void> => {
  const limit = await settings.limit(place, name, setterOf(context));
  if (limit === undefined || !isLooser(name, value, limit.value)) return;
  if (name === 'adultPersonas' && limit.value === 'age-restricted' && limit.by === 'owner')
    throw refusal('not-allowed', context, 'adultForOwner');
  const shown = { name, value: valueText(limit.value, context.locale), who: setterText(limit.by, context) };
  throw refusal('not-allowed', context, 'limitFromAbove', shown);
};

/** As whom somebody sets something. */
export const setterOf = (context: CommandContext): Setter => {
  const { rank } = context;
  if (rank === 'owner' || rank === 'server-owner') return rank;
  return managesServer(context) ? 'manager' : 'moderator';
};

/** Who has set something, for people. */
export const setterText = (by: Setter, { locale }: CommandContext): string => say(locale, setterNotices[by]);

const setterNotices: Readonly<Record<Setter, Notice>> = {
  moderator: 'setterModerator',
  manager: 'setterManager',
  'server-owner': 'setterServerOwner',
  owner: 'setterOwner',
};
