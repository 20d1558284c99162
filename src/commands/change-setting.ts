import { parseSetting, settingNamed } from '../config/setting-names.ts';
import { everywhere } from '../config/settings-cascade.ts';
import type { CommandContext, CommandReply } from '../core/command.ts';
import { closest } from '../text/closest.ts';
import { findPersona } from './find-persona.ts';
import { say } from './locale/index.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';
import { type ScopedPlace, scopedPlace } from './setting-scope.ts';
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
  const { value } = await services.settings.overrides.set(target.id, asked, text);
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
  if (name === 'adultPersonas' && value === 'everywhere' && !isOwner) throw refusal('not-allowed', context, 'adultForOwner');
  if (name.startsWith('quota.') && typeof value === 'number' && !isOwner)
    await requireWithin(services, context, name, value, target);
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

/** Moderators may give fewer answers than the bot's owner does, not more. */
const requireWithin = async (
  { settings }: SettingServices,
  context: CommandContext,
  name: string,
  value: number,
  { place }: ScopedPlace,
): Promise<void> => {
  const all = (await settings.overrides.at(undefined)).get(everywhere);
  const { quota } = await settings.at(place, new Map(all === undefined ? [] : [[everywhere, all]]));
  const limit = name === 'quota.perUserPerHour' ? quota.perUserPerHour : quota.perServerPerHour;
  if (limit > 0 && (value === 0 || value > limit)) throw refusal('not-allowed', context, 'quotaForOwner', { limit });
};
