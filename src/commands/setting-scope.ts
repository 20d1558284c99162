import { everywhere } from '../config/settings-cascade.ts';
import type { CommandContext, CommandOption } from '../core/command.ts';
import type { Locale } from '../core/locale.ts';
import type { Place } from '../core/settings.ts';
import { say } from './locale/index.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal } from './refusal.ts';

export const settingScopes = ['here', 'channel', 'category', 'server', 'everywhere'] as const;
export type SettingScope = (typeof settingScopes)[number];

/** For which place a setting is meant. */
export const scopeOption = {
  name: 'scope',
  description: 'For which place; without it, for here',
  kind: 'choice',
  values: settingScopes,
} as const satisfies CommandOption;

/** A place that has settings of its own: its id, and the place around it without what is nearer. */
export type ScopedPlace = { readonly id: string; readonly place: Place; readonly label: string };

/**
 * The place that a caller means and may change: `here` is the thread, channel or direct message itself. One channel's moderators
 * change that channel; the server and its categories need who manages the server, everywhere the bot's owner.
 * Throws where there is no such place, or the caller may not.
 */
export const scopedPlace = (context: CommandContext, asked: string | undefined): ScopedPlace => {
  const { place = { channelIds: [] }, where, rank, locale } = context;
  const scope = settingScopes.find((each) => each === asked) ?? (place.channelIds.length === 0 ? 'everywhere' : 'here');
  if (scope === 'everywhere') {
    if (rank !== 'owner') throw refusal('not-allowed', context, 'scopeForOwner');
    return { id: everywhere, place: { channelIds: [] }, label: say(locale, 'scopeEverywhere') };
  }
  // A thread stands in a channel, which stands in a category or not.
  const above = where === 'thread' ? 1 : 0;
  const depth = { here: 0, channel: above, category: above + 1, server: place.channelIds.length }[scope];
  const id = scope === 'server' ? place.serverId : place.channelIds[depth];
  if (id === undefined) throw refusal('bad-input', context, 'scopeMissing', { scope });
  if ((scope === 'server' || scope === 'category') && !managesServer(context))
    throw refusal('not-allowed', context, 'scopeForServer');
  return { id, place: { ...place, channelIds: place.channelIds.slice(depth) }, label: labelOf(scope, id, locale) };
};

/** Whether somebody may change what counts for a whole server. */
export const managesServer = ({ rank, managesServer: isManager = false }: CommandContext): boolean =>
  isManager || ranksAtLeast(rank, 'server-owner');

const labelOf = (scope: Exclude<SettingScope, 'everywhere'>, id: string, locale: Locale): string => {
  if (scope === 'here') return say(locale, 'scopeHere');
  if (scope === 'server') return say(locale, 'scopeServer');
  return `<#${id}>`;
};
