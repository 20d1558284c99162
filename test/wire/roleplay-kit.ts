// The real bot on the loopback Discord with a model that writes words, and what people see compared with what it remembers.
import assert from 'node:assert/strict';
import { shownText, type Turn } from '../../src/core/conversation.ts';
import type { FakeChannel, FakeInteraction, FakeMessage, FakeUser, OptionValue } from '../fakes/discord/index.ts';
import { sayingModel, temporaryFolder } from '../fakes/models.ts';
import { wordModel } from '../model/prompt-kit.ts';
import { openApp } from './discord-app-kit.ts';
import { closeAfterwards, pause } from './discord-kit.ts';
import { buttonsOf } from './writing-kit.ts';

const configuration = (tokensMax: number, contextTokens: number): string => `
engine: { gpuLayers: 0, threads: 1, contextTokens: ${contextTokens} }
template: alpaca
answer: { tokensMax: ${tokensMax} }
sampling: { temperature: 1.5 }
`;

/** Longest that a busy machine may take; nothing is asserted by it. */
const patienceMs = 30_000;

/**
 * @param options.says what the model says, whatever it is asked [words at random, others each time]
 * @param options.tokensMax of an answer [10]
 * @param options.contextTokens [4096]
 */
export const openRoleplay = async ({
  says,
  tokensMax = 10,
  contextTokens = 4096,
}: {
  readonly says?: string;
  readonly tokensMax?: number;
  readonly contextTokens?: number;
} = {}) => {
  const folder = temporaryFolder();
  closeAfterwards({ close: async () => folder.remove() });
  const model = says === undefined ? wordModel(folder.path) : sayingModel(folder.path, says);
  const bot = await openApp(configuration(tokensMax, contextTokens), model);
  const { discord, guild, channel: general, ada, troubles } = bot;
  const bo = discord.addUser({ name: 'bo', displayName: 'Bo' });
  guild.addMember(bo);

  const turns = (channel: FakeChannel = general): Promise<readonly Turn[]> => bot.app.memory.turns(`discord:${channel.id}`);
  /** What people see as a turn. */
  const visible = ({ messageIds }: Turn): string => messageIds.map((id) => discord.message(id).content).join('\n');

  /** Waits for something that is read anew each time. */
  const until = async <Value>(read: () => Promise<Value | undefined | false>, what: string): Promise<Value> => {
    for (let tries = 0; tries < 3000; tries += 1) {
      const value = await read();
      if (value !== undefined && value !== false) return value;
      await pause(10);
    }
    return assert.fail(`waited in vain for ${what}`);
  };

  /** The bot's messages that stand as parts of the conversation: not what its commands say. */
  const spoken = (channel: FakeChannel): readonly FakeMessage[] =>
    channel
      .messages()
      .filter((message) => message.author.id === discord.bot.id || message.webhookId !== undefined)
      .filter((message) => message.payload().interaction_metadata === undefined && message.content !== '');

  /** Every answer in memory stands in the channel to the letter, and no other one does. */
  const isSame = async (channel: FakeChannel = general): Promise<boolean> => {
    const answers = (await turns(channel)).filter(({ role, messageIds }) => role === 'assistant' && messageIds.length > 0);
    const seen = spoken(channel).map(({ id }) => id);
    const known = answers.flatMap(({ messageIds }) => messageIds);
    return (
      answers.every(
        (turn) => turn.messageIds.every((id) => !discord.message(id).isDeleted) && visible(turn) === shownText(turn),
      ) && JSON.stringify(seen.toSorted()) === JSON.stringify(known.toSorted())
    );
  };
  /** Waits until something holds, what people see is what is remembered, and nothing is being written; gives the turns. */
  const agree = async (
    holds: (turns: readonly Turn[]) => boolean,
    what: string,
    channel: FakeChannel = general,
  ): Promise<readonly Turn[]> => {
    const read = async (): Promise<readonly Turn[] | undefined> => {
      const now = await turns(channel);
      return holds(now) && (await isSame(channel)) ? now : undefined;
    };
    try {
      await until(read, what);
      await idle();
      return await until(read, what);
    } catch (error) {
      const seen = spoken(channel).map((message) => [message.id, message.content, labels(message)]);
      const remembered = (await turns(channel)).map((turn) => [turn.messageIds, turn.shown, turn.alternatives]);
      throw new Error(`${what}: ${JSON.stringify({ seen, remembered, troubles }, null, 1)}`, { cause: error });
    }
  };

  /** What an interaction comes to: the first answer, or all of them once they read like that, for what takes long says `Done.` first. */
  const said = async (interaction: FakeInteraction, like?: RegExp): Promise<string> => {
    await interaction.answered(patienceMs);
    const all = (): string =>
      interaction
        .responses()
        .map(({ content }) => content)
        .join('\n');
    if (like !== undefined) await discord.waitFor(() => like.test(all()), `${like} in an answer`, patienceMs).catch(() => {});
    if (like !== undefined) assert.match(all(), like);
    return all();
  };
  /** Calls a command, and gives what it says. */
  const command = (
    user: FakeUser,
    path: string,
    options: Readonly<Record<string, OptionValue>> = {},
    like?: RegExp,
    channel: FakeChannel = general,
  ): Promise<string> => said(discord.callCommand(user, channel, path, options), like);
  const menu = (user: FakeUser, message: FakeMessage, name: string, like?: RegExp): Promise<string> =>
    said(discord.callMessageCommand(user, message, name), like);

  /** Fills in the form that an interaction opens, and gives what it says. What comes late, on a busy machine, opens none and is called again. */
  const fill = async (
    user: FakeUser,
    call: () => FakeInteraction,
    values: Readonly<Record<string, string>>,
    shows = '',
  ): Promise<string> => {
    for (let tries = 0; tries < 20; tries += 1) {
      const opened = call();
      const isAnswered = (): boolean => opened.modal !== undefined || opened.responses().some(({ isLoading }) => !isLoading);
      await discord.waitFor(isAnswered, 'a form', patienceMs);
      if (opened.modal === undefined) continue;
      assert.ok(JSON.stringify(opened.modal).includes(shows), `${shows} in the form`);
      return said(discord.submitModal(user, opened, values));
    }
    return assert.fail('no form opens');
  };

  /** Waits until the bot writes nothing any more and nothing waits. */
  const idle = async (): Promise<void> => {
    const isIdle = async (): Promise<boolean> => {
      const desk = bot.spare.channels[0] ?? bot.spare.addChannel({ name: 'desk' });
      return /written: 0\D+0/.test(await command(discord.owner, 'queue show', {}, /written/, desk));
    };
    await until(isIdle, 'the end of all answers');
  };

  const idOf = (message: FakeMessage, label: string): string =>
    buttonsOf(message).find((button) => button.label === label && !button.off)?.id ??
    assert.fail(`no ${label} among ${labels(message)}`);
  /** Presses a button, once it is there. */
  const press = async (user: FakeUser, message: FakeMessage, label: string): Promise<FakeInteraction> => {
    await discord.waitFor(
      () => buttonsOf(message).some((each) => each.label === label && !each.off),
      `${label} to be there`,
      patienceMs,
    );
    const interaction = discord.pressButton(user, message, idOf(message, label));
    await discord.waitFor(() => interaction.isAcknowledged, `an answer to ${label}`, patienceMs);
    return interaction;
  };

  return {
    ...{ discord, guild, channel: general, ada, bo, owner: discord.owner, troubles, spare: bot.spare },
    get app() {
      return bot.app;
    },
    restart: bot.restart,
    ...{ turns, visible, until, agree, isSame, spoken, command, menu, said, press, fill, idle },
    /** Says something to the bot, and gives the question. */
    ask: (user: FakeUser, text: string, channel: FakeChannel = general): FakeMessage =>
      channel.say(user, `${discord.bot.mention} ${text}`),
    /** The last message of a turn's. */
    messageOf: (turn: Turn | undefined): FakeMessage => discord.message(turn?.messageIds.at(-1) ?? assert.fail('no message')),
  };
};

export const labels = (message: FakeMessage): string =>
  buttonsOf(message)
    .map(({ label }) => label)
    .join(' ');

export const textOf = (turn: Turn | undefined): string => (turn === undefined ? '' : shownText(turn));

export const names = (turns: readonly Turn[]): string => turns.map(({ speaker }) => speaker.name).join(', ');
/** The turns behind so many. */
export const since = (turns: readonly Turn[], count: number): readonly Turn[] => turns.slice(count);

/** The three in a conversation that has begun, so that nobody greets, in order. */
export const openLateScene = async ({
  before,
  ...options
}: Parameters<typeof openRoleplay>[0] & { readonly before?: (channel: FakeChannel) => void } = {}) => {
  const bot = await openRoleplay(options);
  before?.(bot.channel);
  bot.ask(bot.bo, 'Is anybody in?');
  await bot.agree((turns) => turns.length === 2, 'an answer');
  await bot.command(bot.owner, 'scene start', { personas: 'Ember, Tansy, Nessa Rudd', mode: 'list' });
  return bot;
};
