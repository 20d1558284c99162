import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandForm, CommandOption } from '../core/command.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import { everyPlace } from '../people/human-personas.ts';
import { withoutInvisible } from '../text/without-invisible.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';

type MeServices = Pick<CommandServices, 'people'>;

const scopes = ['everywhere', 'server', 'channel'] as const;
const { nameCharactersMax, humanPersona } = bounds;

/** `/me show|set|clear`: who a human is in roleplay, everywhere, in a server or in a channel. Only they see it here; the model is told. */
export const createMeCommand = (services: MeServices): Command => ({
  name: 'me',
  description: 'Say who you are in roleplay: your name, what you are like, a picture',
  short: { alone: 'show' },
  subcommands: [showCommand(services), setCommand(services), clearCommand(services)],
});

const showCommand = ({ people }: MeServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show what you have said about yourself',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { user, locale } = context;
      const all = [...(await people.all(user.id))];
      if (all.length === 0) return { text: say(locale, 'meNothing', { command: shownPath('me set', context) }), isPrivate: true };
      const here = await people.of(user.id, context.place);
      const texts = all.map(([id, persona]) => {
        const where = id === everyPlace ? say(locale, 'meEverywhere') : `<#${id}>`;
        const label = id === context.place?.serverId ? say(locale, 'meServer') : where;
        return `${label}${persona === here ? ` (${say(locale, 'meCounts')})` : ''}\n${described(persona)}`;
      });
      const pictureUrl = here?.avatarUrl ?? '';
      return { text: texts.join('\n\n'), isPrivate: true, ...(isWebAddress(pictureUrl) && { pictureUrl }) };
    },
  });

const described = ({ name, description, avatarUrl }: HumanPersona): string =>
  [name, description, avatarUrl].filter((text) => text !== undefined && text !== '').join('\n');

const scopeOption = {
  name: 'scope',
  description: 'For which place; everywhere without it',
  kind: 'choice',
  values: scopes,
} as const satisfies CommandOption;

const setCommand = ({ people }: MeServices): Command =>
  defineCommand({
    name: 'set',
    description: 'Say who you are; without anything, a form opens',
    options: [
      { name: 'name', description: 'The name under which you speak', max: nameCharactersMax },
      { name: 'description', description: 'What everybody here knows of you', max: humanPersona.descriptionCharactersMax },
      { name: 'avatar', description: 'The address of a picture, https://…', max: humanPersona.urlCharactersMax },
      scopeOption,
    ],
    rank: 'everyone',
    run: async (context, { name, description, avatar, scope = 'everywhere' }) => {
      const { user, locale } = context;
      const id = scopeId(context, scope);
      const before = (await people.all(user.id)).get(id) ?? {};
      if (name === undefined && description === undefined && avatar === undefined)
        return { text: '', isPrivate: true, form: formOf(context, before, scope) };
      if (avatar !== undefined && !isWebAddress(avatar)) throw refusal('bad-input', context, 'meAvatar');
      await people.set(user.id, id, {
        ...before,
        ...(name !== undefined && { name: withoutInvisible(name).replace(/\s+/g, ' ').trim() }),
        ...(description !== undefined && { description: description.trim() }),
        ...(avatar !== undefined && { avatarUrl: avatar }),
      });
      return { text: say(locale, 'meSet'), isPrivate: true };
    },
  });

const formOf = ({ locale }: CommandContext, { name, description, avatarUrl }: HumanPersona, scope: string): CommandForm => ({
  title: say(locale, 'meTitle'),
  call: 'me set',
  values: { scope },
  fields: [
    { option: 'name', label: say(locale, 'meName'), ...(name && { value: name }) },
    { option: 'description', label: say(locale, 'meDescription'), isLong: true, ...(description && { value: description }) },
    { option: 'avatar', label: say(locale, 'meAvatarLabel'), ...(avatarUrl && { value: avatarUrl }) },
  ],
});

const clearCommand = ({ people }: MeServices): Command =>
  defineCommand({
    name: 'clear',
    description: 'Take back what you have said about yourself',
    options: [{ ...scopeOption, description: 'For which place; without it, for all places' }],
    rank: 'everyone',
    run: async (context, { scope }) => {
      const { user, locale } = context;
      const isCleared = await people.clear(user.id, scope === undefined ? undefined : scopeId(context, scope));
      return { text: say(locale, isCleared ? 'meCleared' : 'meNotSet'), isPrivate: true };
    },
  });

const scopeId = (context: CommandContext, scope: string): string => {
  const { place } = context;
  const id = scope === 'server' ? place?.serverId : scope === 'channel' ? place?.channelIds[0] : everyPlace;
  if (id === undefined) throw refusal('bad-input', context, 'scopeMissing', { scope });
  return id;
};

/** What others may be shown: no address of this machine or its neighbours, and no password in it. */
const isWebAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return protocol === 'https:' && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/.test(hostname) && username + password === '';
};
