import { settingNamed, settingNames } from '../config/setting-names.ts';
import type { Command } from '../core/command.ts';
import { changeSetting, type SettingServices } from './change-setting.ts';
import { completions } from './completions.ts';
import { showSettings, valueChoices } from './config.ts';
import { defineCommand } from './define-command.ts';
import { refusal } from './refusal.ts';
import { scopeOption } from './setting-scope.ts';

const samplingPrefix = 'sampling.';
const samplingNames = settingNames.map(({ name }) => name).filter((name) => name.startsWith(samplingPrefix));

/** `/sampling [name] [value]`: how the next word is chosen here. */
export const createSamplingCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'sampling',
    description: 'Show or change how I choose my words here',
    options: [
      {
        name: 'name',
        description: 'The setting, for example temperature; without it, all are shown',
        choices: async (_context, typed) =>
          completions(
            typed,
            samplingNames.map((name) => name.slice(samplingPrefix.length)),
          ),
      },
      { name: 'value', description: 'What it shall be; without it, it is shown' },
      scopeOption,
    ],
    rank: 'moderator',
    run: async (context, { name, value, scope }) => {
      if (name === undefined) return showSettings(services, context, (each) => each.name.startsWith(samplingPrefix));
      const full = name.startsWith(samplingPrefix) ? name : `${samplingPrefix}${name}`;
      const setting = settingNamed(samplingNames.some((each) => each.toLowerCase() === full.toLowerCase()) ? full : name).name;
      if (!setting.startsWith(samplingPrefix)) throw refusal('bad-input', context, 'notSampling', { name: setting });
      return value === undefined
        ? showSettings(services, context, (each) => each.name === setting)
        : changeSetting(services, context, setting, value, scope);
    },
  });

/** `/template [name]`: how the prompt is written here. */
export const createTemplateCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'template',
    description: 'Show or choose the template in which my prompt is written here',
    options: [
      {
        name: 'name',
        description: 'The template; auto takes the one that fits the model',
        choices: async (context, typed) => valueChoices(services, context, 'template', typed),
      },
      scopeOption,
    ],
    rank: 'moderator',
    run: async (context, { name, scope }) =>
      name === undefined
        ? showSettings(services, context, (each) => each.name === 'template')
        : changeSetting(services, context, 'template', name, scope),
  });

/** `/limit [user] [server]`: how many answers an hour there are. */
export const createLimitCommand = (services: SettingServices): Command =>
  defineCommand({
    name: 'limit',
    description: 'Show or set how many answers an hour there are; 0 is no limit',
    options: [
      { name: 'user', description: 'Answers an hour for each person', kind: 'integer', min: 0, max: 100_000 },
      { name: 'server', description: 'Answers an hour for the whole server', kind: 'integer', min: 0, max: 1_000_000 },
      scopeOption,
    ],
    rank: 'moderator',
    run: async (context, { user, server, scope }) => {
      if (user === undefined && server === undefined)
        return showSettings(services, context, ({ name }) => name.startsWith('quota.'));
      const replies = [];
      if (user !== undefined) replies.push(await changeSetting(services, context, 'quota.perUserPerHour', String(user), scope));
      if (server !== undefined)
        replies.push(await changeSetting(services, context, 'quota.perServerPerHour', String(server), scope));
      return { text: replies.map(({ text }) => text).join('\n'), isPrivate: false };
    },
  });
