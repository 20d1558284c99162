import type { FakeDiscord, FakeDiscordOptions } from './discord-types.ts';
import type { GatewayControl } from './gateway.ts';
import { createGateway } from './gateway.ts';
import { addGuild, directChannel } from './guilds.ts';
import { commandData, componentData, messageCommandData, modalData, startInteraction, userCommandData } from './interactions.ts';
import { deleteMessage, editMessage, tellAgain } from './messages.ts';
import type { InteractionRecord, MessageRecord, UserRecord } from './records.ts';
import { messageFlags } from './records.ts';
import type { RestControl } from './rest/server.ts';
import { createRestServer } from './rest/server.ts';
import type { FakeInteraction } from './types.ts';
import type { Views } from './views.ts';
import { createViews } from './views.ts';
import { waitFor } from './wait.ts';
import { createWorld } from './world.ts';

export type * from './discord-types.ts';
export type * from './fault-types.ts';
export type * from './types.ts';

const interactionView = (record: InteractionRecord, views: Views): FakeInteraction => {
  const answers = (): readonly MessageRecord[] =>
    [record.original, ...record.followUps].filter(
      (each): each is MessageRecord => each !== undefined && each.deletedStep === undefined,
    );
  return {
    id: record.id,
    token: record.token,
    channel: views.channel(record.channel),
    get isAcknowledged() {
      return record.callbackType !== undefined;
    },
    get isDeferred() {
      return record.callbackType === 5 || record.callbackType === 6;
    },
    get callbackType() {
      return record.callbackType;
    },
    get response() {
      const { original } = record;
      return original === undefined || original.deletedStep !== undefined ? undefined : views.message(original);
    },
    responses: () => answers().map(views.message),
    get choices() {
      return record.choices;
    },
    get modal() {
      return record.modal;
    },
    answered: async (timeoutMs) => {
      const isWhole = (each: MessageRecord): boolean => (each.flags & messageFlags.loading) === 0;
      return views.message(await waitFor(() => answers().find(isWhole), 'an answer to the interaction', timeoutMs));
    },
    offered: (timeoutMs) => waitFor(() => record.choices, 'the offers of autocomplete', timeoutMs),
    expireAcknowledgement: () => {
      record.isAcknowledgeExpired = true;
    },
    expireToken: () => {
      record.isTokenExpired = true;
    },
  };
};

/** One object with the properties of all three; their getters stay getters, which a spread would evaluate. */
const withGetters = <A extends object, B extends object, C extends object>(a: A, b: B, c: C): A & B & C => {
  const properties = [a, b, c].map((part) => Object.getOwnPropertyDescriptors(part));
  return Object.defineProperties({}, Object.assign({}, ...properties)) as A & B & C;
};

/** Starts a Discord on free ports of 127.0.0.1; `close` it in the end. */
export const startFakeDiscord = async (options: FakeDiscordOptions = {}): Promise<FakeDiscord> => {
  const world = createWorld(options);
  const views = createViews(world);
  const gateway = createGateway(world);
  const rest = createRestServer(world, gateway.upgrade);
  world.origin = await rest.listen();
  const interactions = new WeakMap<FakeInteraction, InteractionRecord>();

  const interact = (start: Parameters<typeof startInteraction>[1]): FakeInteraction => {
    const record = startInteraction(world, start);
    const view = interactionView(record, views);
    interactions.set(view, record);
    return view;
  };

  const known = <Of>(map: ReadonlyMap<string, Of>, id: string): Of => {
    const record = map.get(id);
    if (record === undefined) throw new Error(`This Discord has nothing with the id ${id}`);
    return record;
  };

  const own: Omit<FakeDiscord, keyof GatewayControl | keyof RestControl> = {
    apiUrl: `${world.origin}/api`,
    gatewayUrl: world.origin.replace('http', 'ws'),
    token: world.token,
    applicationId: world.applicationId,
    bot: views.user(world.bot),
    owner: views.user(world.owner),
    get step() {
      return world.step;
    },
    addUser: ({ name, displayName = name, isBot = false, locale }) => {
      const record: UserRecord = {
        id: world.nextId(),
        name,
        displayName,
        isBot,
        refusesDirectMessages: false,
        ...(locale === undefined ? {} : { locale }),
      };
      world.users.set(record.id, record);
      return views.user(record);
    },
    addGuild: ({ name, owner, locale }) => views.guild(addGuild(world, name, owner && views.userOf(owner), locale)),
    openDirectMessage: (user) => views.channel(directChannel(world, views.userOf(user))),
    channel: (id) => views.channel(known(world.channels, id)),
    message: (id) => views.message(known(world.messages, id)),
    edit: (message, text) => editMessage(world, views.messageOf(message), { content: text }),
    delete: (message) => deleteMessage(world, views.messageOf(message)),
    tellAgain: (message) => tellAgain(world, views.messageOf(message)),

    registeredCommands: () => [...world.commands.values()].map(({ body }) => body),
    commands: (guild) =>
      [...world.commands.values()]
        .filter((each) => each.guildId === guild?.id)
        .map(({ id, name, description }) => ({ id, name, description })),
    callCommand: (user, channel, name, given = {}) => {
      const record = views.channelOf(channel);
      return interact({ type: 2, user: views.userOf(user), channel: record, data: commandData(world, record, name, given) });
    },
    autocomplete: (user, channel, name, given, focused) => {
      const record = views.channelOf(channel);
      return interact({
        type: 4,
        user: views.userOf(user),
        channel: record,
        data: commandData(world, record, name, given, focused),
      });
    },
    callMessageCommand: (user, message, name) => {
      const record = views.messageOf(message);
      return interact({
        type: 2,
        user: views.userOf(user),
        channel: record.channel,
        data: messageCommandData(world, record, name),
      });
    },
    callUserCommand: (user, channel, target, name) => {
      const record = views.channelOf(channel);
      return interact({
        type: 2,
        user: views.userOf(user),
        channel: record,
        data: userCommandData(world, record, views.userOf(target), name),
      });
    },
    pressButton: (user, message, customId) => {
      const record = views.messageOf(message);
      const data = componentData(record, customId, undefined);
      return interact({ type: 3, user: views.userOf(user), channel: record.channel, data, message: record });
    },
    chooseInMenu: (user, message, customId, values) => {
      const record = views.messageOf(message);
      const data = componentData(record, customId, values);
      return interact({ type: 3, user: views.userOf(user), channel: record.channel, data, message: record });
    },
    submitModal: (user, opened, values) => {
      const record = interactions.get(opened);
      if (record === undefined) throw new Error('That interaction is none of this Discord');
      const { channel, message } = record;
      return interact({ type: 5, user: views.userOf(user), channel, data: modalData(record, values), message });
    },

    waitFor,
    close: async () => {
      await gateway.close();
      await rest.close();
    },
  };
  return withGetters(gateway.control, rest.control, own);
};
