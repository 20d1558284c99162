import type { ExplainedSetting } from '../config/settings-cascade.ts';
import type { CommandContext } from '../core/command.ts';
import type { Locale } from '../core/locale.ts';
import { say } from './locale/index.ts';

/** Characters of one value that a list shows. */
const valueCharactersMax = 80;

/** Settings in their groups, each with its value and where it comes from. */
export const settingsText = (settings: readonly ExplainedSetting[], context: CommandContext): string => {
  const groups = Map.groupBy(settings, ({ name }) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : ''));
  return [...groups]
    .map(([group, entries]) =>
      [
        ...(group === '' ? [] : [`**${group}**`]),
        ...entries.map(
          ({ name, value, source }) =>
            `- ${group === '' ? name : name.slice(group.length + 1)}: ${valueText(value, context.locale)} (${sourceText(source, context)})`,
        ),
      ].join('\n'),
    )
    .join('\n');
};

/** A value as people would type it. */
export const valueText = (value: unknown, locale: Locale): string => {
  const text = Array.isArray(value)
    ? value.length === 0
      ? say(locale, 'valueNone')
      : value.map((each) => JSON.stringify(each)).join(', ')
    : String(value);
  // What people wrote themselves must not look like a part of the list.
  const shown = text.replace(/[\r\n`]+/g, ' ');
  return shown.length <= valueCharactersMax ? shown : `${shown.slice(0, valueCharactersMax - 1).toWellFormed()}…`;
};

/** Where a value comes from, in the caller's language; `stopStrings` can come from two levels. */
const sourceText = (source: string, context: CommandContext): string =>
  source
    .split(' and ')
    .map((part) => levelText(part, context))
    .join(' + ');

const levelText = (source: string, { place, locale }: CommandContext): string => {
  const [, name = source, byCommand] = /^(.*?)(, by command)?$/.exec(source) ?? [];
  const [, kind = name, id = ''] = /^(channel|server|preset) (.+)$/.exec(name) ?? [];
  const shown = {
    default: () => say(locale, 'sourceDefault'),
    configuration: () => say(locale, 'sourceConfiguration'),
    everywhere: () => say(locale, 'scopeEverywhere'),
    preset: () => say(locale, 'sourcePreset', { name: id }),
    server: () => say(locale, 'scopeServer'),
    channel: () => (id === place?.channelIds[0] ? say(locale, 'scopeHere') : `<#${id}>`),
  };
  const text = isLevel(kind, shown) ? shown[kind]() : name;
  return byCommand === undefined ? text : say(locale, 'sourceByCommand', { place: text });
};

const isLevel = <Levels extends object>(kind: string, levels: Levels): kind is Extract<keyof Levels, string> =>
  Object.hasOwn(levels, kind);
