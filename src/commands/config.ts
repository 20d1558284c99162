import { above, type Limits } from '../config/limits.ts';
import { settingNamed, settingNames } from '../config/setting-names.ts';
import type { Command, CommandChoice, CommandContext, CommandOption, CommandReply } from '../core/command.ts';
import { changeSetting, type SettingServices, setterOf, setterText } from './change-setting.ts';
import { completions } from './completions.ts';
import { defineCommand } from './define-command.ts';
import { namesHere } from './find-persona.ts';
import { say } from './locale/index.ts';
import { refusal } from './refusal.ts';
import { scopedPlace, scopeOption } from './setting-scope.ts';
import { settingsText, valueText } from './setting-text.ts';

/** `/config show|set|reset|preset`: how the bot behaves in a place, and where that comes from. */
export const createConfigCommand = (services: SettingServices): Command => ({
  name: 'config',
  description: 'Show or change how I behave in this place',
  short: { alone: 'show', rest: 'show' },
  subcommands: [showCommand(services), setCommand(services), resetCommand(services), presetCommand(services)],
});

const nameOption = {
  name: 'name',
  description: 'The setting, for example sampling.temperature',
  choices: async (_context: CommandContext, typed: string) =>
    completions(
      typed,
      settingNames.map(({ name }) => name),
    ),
} as const satisfies CommandOption;

const showCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show the settings that count here, and where each comes from',
    options: [{ name: 'filter', description: 'Only settings whose name contains this', choices: nameOption.choices }],
    rank: 'moderator',
    run: (context, { filter }) => showSettings(services, context, ({ name }) => contains(name, filter ?? '')),
  });

/** A reply with those settings that a test lets through; refused where it lets none. */
export const showSettings = async (
  { settings }: SettingServices,
  context: CommandContext,
  isShown: (setting: { readonly name: string }) => boolean,
): Promise<CommandReply> => {
  const shown = (await settings.explain(context.place)).filter(isShown);
  if (shown.length === 0) throw refusal('not-found', context, 'settingsNone');
  return { text: settingsText(shown, context), isPrivate: true };
};

const contains = (name: string, filter: string): boolean => name.toLowerCase().includes(filter.trim().toLowerCase());

const setCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'set',
    description: 'Change a setting for this place, or a wider one',
    options: [
      { ...nameOption, isRequired: true },
      {
        name: 'value',
        description: 'What it shall be',
        isRequired: true,
        choices: async (context, typed, { name = '' }) => valueChoices(services, context, name, typed),
      },
      scopeOption,
    ],
    rank: 'moderator',
    run: (context, { name, value, scope }) => changeSetting(services, context, name, value, scope),
  });

/** What a setting can be, where that can be listed; else a hint. */
export const valueChoices = (
  { settings, personas }: SettingServices,
  context: CommandContext,
  name: string,
  typed: string,
): readonly CommandChoice[] => {
  const wanted = name.trim().toLowerCase();
  const setting = settingNames.find((each) => each.name.toLowerCase() === wanted);
  if (setting === undefined) return [];
  const listed = {
    persona: () => namesHere(personas, context),
    preset: () => ['auto', 'none', ...settings.presets()],
    template: () => ['auto', ...settings.templates()],
  };
  const values = setting.name in listed ? listed[setting.name as keyof typeof listed]() : setting.values;
  return completions(typed, values);
};

const resetCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'reset',
    description: 'Take back what was set for a place: one setting, or all',
    options: [nameOption, scopeOption],
    rank: 'moderator',
    run: async (context, { name, scope }) => {
      const target = scopedPlace(context, scope);
      const asked = name === undefined ? undefined : settingNamed(name).name;
      const { overrides } = services.settings;
      const gone = await overrides.reset(target.id, asked, setterOf(context));
      const left = leftLines(await overrides.limits(target.id), asked, context);
      if (gone.length > 0) {
        const text = say(context.locale, 'settingReset', { names: gone.join(', '), scope: target.label });
        return { text: [text, ...left].join('\n'), isPrivate: false };
      }
      return {
        text: left.length > 0 ? left.join('\n') : say(context.locale, 'settingNotSet', { scope: target.label }),
        isPrivate: true,
      };
    },
  });

/** What stays, because those have set it who stand above the caller. */
const leftLines = (limits: Limits, asked: string | undefined, context: CommandContext): readonly string[] =>
  Object.entries(limits).flatMap(([name, set]) => {
    const last = above(set, setterOf(context)).at(-1);
    if (last === undefined || (asked !== undefined && asked !== name)) return [];
    const shown = { name, value: valueText(last.value, context.locale), who: setterText(last.by, context) };
    return [say(context.locale, 'limitFromAbove', shown)];
  });

const presetCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'preset',
    description: 'Choose the preset for a place: template, sampling and limits that fit a model',
    options: [
      {
        name: 'name',
        description: 'The preset; auto finds one for the model, none uses none',
        isRequired: true,
        choices: async (context, typed) => valueChoices(services, context, 'preset', typed),
      },
      scopeOption,
    ],
    rank: 'moderator',
    run: (context, { name, scope }) => changeSetting(services, context, 'preset', name, scope),
  });
