// What users do to the bot by commands, buttons, menus and forms.

import {
  attachmentPayload,
  channelPayload,
  memberPayload,
  messagePayload,
  reader,
  rolePayload,
  userPayload,
} from './payloads.ts';
import { permissionsIn } from './permissions.ts';
import type {
  AttachmentRecord,
  ChannelRecord,
  CommandOptionRecord,
  CommandRecord,
  InteractionRecord,
  MessageRecord,
  UserRecord,
} from './records.ts';
import type { OptionValue } from './types.ts';
import type { World } from './world.ts';
import { memberOf, randomToken } from './world.ts';

/** A command that is registered where a channel is. */
const commandIn = (world: World, channel: ChannelRecord, name: string, type: number): CommandRecord => {
  const found = [...world.commands.values()].find(
    (each) => each.name === name && each.type === type && (each.guildId === undefined || each.guildId === channel.guild?.id),
  );
  if (found !== undefined) return found;
  const known = [...world.commands.values()].map((each) => each.name).join(', ') || 'none';
  throw new Error(`The command “${name}” is not registered here (registered: ${known})`);
};

/** Raises the interaction and tells the bot. */
export const startInteraction = (
  world: World,
  start: {
    readonly type: number;
    readonly user: UserRecord;
    readonly channel: ChannelRecord;
    readonly data: Readonly<Record<string, unknown>>;
    readonly message?: MessageRecord | undefined;
  },
): InteractionRecord => {
  const { user, channel, message } = start;
  const { guild } = channel;
  const interaction: InteractionRecord = {
    ...start,
    message,
    id: world.nextId(),
    token: randomToken(120),
    createdAt: world.now(),
    callbackType: undefined,
    original: undefined,
    followUps: [],
    choices: undefined,
    modal: undefined,
    isAcknowledgeExpired: false,
    isTokenExpired: false,
  };
  world.interactions.set(interaction.token, interaction);
  const member = guild === undefined ? undefined : memberOf(world, guild, user);
  world.dispatch({
    event: 'INTERACTION_CREATE',
    guild,
    intents: 0,
    data: () => ({
      id: interaction.id,
      application_id: world.applicationId,
      type: interaction.type,
      token: interaction.token,
      version: 1,
      data: interaction.data,
      channel_id: channel.id,
      channel: { ...channelPayload(channel), permissions: permissionsIn(channel, user.id).toString() },
      app_permissions: permissionsIn(channel, world.bot.id).toString(),
      locale: user.locale ?? 'en-US',
      entitlements: [],
      attachment_size_limit: 10_485_760,
      context: guild === undefined ? 1 : 0,
      authorizing_integration_owners: { '0': guild?.id ?? '0' },
      ...(message === undefined ? {} : { message: messagePayload(world, message, reader.everything) }),
      ...(member === undefined || guild === undefined
        ? { user: userPayload(user) }
        : {
            guild_id: guild.id,
            guild: { id: guild.id, locale: guild.locale, features: [] },
            guild_locale: guild.locale,
            member: { ...memberPayload(member), permissions: permissionsIn(channel, user.id).toString() },
          }),
    }),
  });
  return interaction;
};

type Filled = {
  readonly name: string;
  readonly type: number;
  readonly value?: unknown;
  readonly focused?: true;
  readonly options?: readonly Filled[];
};

/** Finds what the subcommand words name, and wraps the filled options in it. */
const descend = (
  options: readonly CommandOptionRecord[],
  words: readonly string[],
  fill: (options: readonly CommandOptionRecord[]) => readonly Filled[],
): readonly Filled[] => {
  const [word, ...rest] = words;
  if (word === undefined) return fill(options);
  const found = options.find((each) => each.name === word && each.type <= 2);
  if (found === undefined) throw new Error(`There is no subcommand “${word}”`);
  return [{ name: found.name, type: found.type, options: descend(found.options ?? [], rest, fill) }];
};

/** A command's call: its options checked against the registration, as the Discord client does. */
export const commandData = (
  world: World,
  channel: ChannelRecord,
  line: string,
  given: Readonly<Record<string, OptionValue>>,
  focused?: string,
): Readonly<Record<string, unknown>> => {
  const [name = '', ...words] = line.split(' ');
  const command = commandIn(world, channel, name, 1);
  const resolved: Record<string, Record<string, unknown>> = {};
  const resolve = (kind: string, id: string, payload: unknown): void => {
    resolved[kind] = { ...resolved[kind], [id]: payload };
  };

  const filledValue = (option: CommandOptionRecord, value: OptionValue): unknown => {
    if (typeof value === 'object' && 'bytes' in value) {
      const attachment: AttachmentRecord = { ...value, id: world.nextId() };
      world.uploads.set(attachment.id, attachment);
      resolve('attachments', attachment.id, attachmentPayload(world, channel, attachment));
      return attachment.id;
    }
    if (typeof value !== 'object') return option.type === 3 || option.name === focused ? String(value) : value;
    const [user, channelOf, role] = [world.users.get(value.id), world.channels.get(value.id), channel.guild?.roles.get(value.id)];
    const member = user === undefined ? undefined : channel.guild?.members.get(user.id);
    if (user !== undefined) resolve('users', user.id, userPayload(user));
    if (member !== undefined) {
      const { user: _, ...partial } = memberPayload(member);
      resolve('members', member.user.id, { ...partial, permissions: permissionsIn(channel, member.user.id).toString() });
    }
    if (channelOf !== undefined) resolve('channels', channelOf.id, { ...channelPayload(channelOf), permissions: '0' });
    if (role !== undefined) resolve('roles', role.id, rolePayload(role));
    return value.id;
  };

  const fill = (options: readonly CommandOptionRecord[]): readonly Filled[] => {
    for (const key of Object.keys(given))
      if (!options.some((each) => each.name === key)) throw new Error(`/${line} has no option “${key}”`);
    return options.flatMap((option) => {
      const value = given[option.name];
      if (value === undefined) {
        if (option.required && focused === undefined) throw new Error(`/${line} needs the option “${option.name}”`);
        return [];
      }
      const isFocused = option.name === focused;
      if (isFocused && !option.autocomplete) throw new Error(`The option “${option.name}” of /${line} has no autocomplete`);
      return [
        {
          name: option.name,
          type: option.type,
          value: filledValue(option, value),
          ...(isFocused ? { focused: true as const } : {}),
        },
      ];
    });
  };

  if (focused !== undefined && given[focused] === undefined)
    throw new Error(`The text of the focused option “${focused}” is missing`);
  return {
    id: command.id,
    name: command.name,
    type: 1,
    options: descend(command.options, words, fill),
    ...(Object.keys(resolved).length === 0 ? {} : { resolved }),
    ...(command.guildId === undefined ? {} : { guild_id: command.guildId }),
  };
};

export const messageCommandData = (world: World, message: MessageRecord, name: string): Readonly<Record<string, unknown>> => {
  const command = commandIn(world, message.channel, name, 3);
  return {
    id: command.id,
    name,
    type: 3,
    target_id: message.id,
    resolved: { messages: { [message.id]: messagePayload(world, message, reader.everything) } },
  };
};

export const userCommandData = (
  world: World,
  channel: ChannelRecord,
  target: UserRecord,
  name: string,
): Readonly<Record<string, unknown>> => {
  const command = commandIn(world, channel, name, 2);
  const member = channel.guild?.members.get(target.id);
  const { user: _, ...partial } = member === undefined ? { user: undefined } : memberPayload(member);
  return {
    id: command.id,
    name,
    type: 2,
    target_id: target.id,
    resolved: {
      users: { [target.id]: userPayload(target) },
      ...(member === undefined ? {} : { members: { [target.id]: { ...partial, permissions: '0' } } }),
    },
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Every component of a message or form, however deep. */
const componentsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value)
    ? value.flatMap(componentsIn)
    : isRecord(value)
      ? [value, ...componentsIn(value.components), ...componentsIn(value.component), ...componentsIn(value.accessory)]
      : [];

/** The data of a press or choice on a component that the message really has. */
export const componentData = (
  message: MessageRecord,
  customId: string,
  values: readonly string[] | undefined,
): Readonly<Record<string, unknown>> => {
  const found = componentsIn(message.components).find((each) => each.custom_id === customId);
  if (found === undefined) throw new Error(`The message has no component “${customId}”`);
  if (found.disabled === true) throw new Error(`The component “${customId}” is disabled`);
  return { id: 1, custom_id: customId, component_type: found.type, ...(values === undefined ? {} : { values, resolved: {} }) };
};

/** The data of a filled form. */
export const modalData = (
  opened: InteractionRecord,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> => {
  const { modal } = opened;
  if (modal === undefined) throw new Error('The interaction opened no form');
  const fields = componentsIn(modal.components).filter((each) => typeof each.custom_id === 'string');
  for (const key of Object.keys(values))
    if (!fields.some((each) => each.custom_id === key)) throw new Error(`The form has no field “${key}”`);
  return {
    custom_id: modal.custom_id,
    components: fields.map(({ type, custom_id }, index) => ({
      id: index + 1,
      type: 1,
      components: [{ id: index + 100, type, custom_id, value: values[String(custom_id)] ?? '' }],
    })),
  };
};
