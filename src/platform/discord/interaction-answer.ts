import {
  type APIEmbed,
  type CommandInteraction,
  type MessageComponentInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js';
import { say } from '../../commands/locale/index.ts';
import type { CommandOutcome } from '../../commands/run-command.ts';
import { bounds } from '../../core/bounds.ts';
import type { CommandButton } from '../../core/command.ts';
import type { Locale } from '../../core/locale.ts';
import { splitMessage, type Timers } from '../../reply/index.ts';
import { sleep, withBackOff } from './back-off.ts';
import { renderComponents, renderForm } from './components.ts';
import { discordCodeOf } from './failures.ts';

/** Discord waits three seconds for a first sign; on the way there and back some time is lost. */
const deferAfterMs = 1500;

/** What can be answered by a message. */
export type Answerable = CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction;

export type InteractionAnswerOptions = {
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly locale: Locale;
  /** Who may use the buttons of the answer, besides moderators. */
  readonly askerId: string;
  /** Most characters that an option of a command takes. */
  charactersMaxOf(call: string, option: string): number;
  /** Opens the form of the same call again, where that fits into a button. */
  readonly reopen: CommandButton | undefined;
};

/** The answer to one interaction: it is deferred when it takes long, told how far it is, and sent once. */
export interface InteractionAnswer {
  progress(text: string): void;
  /** Says something for all to read, before the answer; gives the id of its message. Its links have no previews. */
  announce(text: string): Promise<string>;
  send(outcome: CommandOutcome): Promise<void>;
  /** Ends the waiting, whatever came of it. */
  end(): void;
}

/** One message of a reply. */
type Part = {
  readonly content?: string;
  readonly files?: readonly { readonly name: string; readonly attachment: Buffer }[];
  readonly components?: ReturnType<typeof renderComponents>;
  readonly embeds?: readonly APIEmbed[];
};

export const createInteractionAnswer = (interaction: Answerable, options: InteractionAnswerOptions): InteractionAnswer => {
  const { timers, signal, locale } = options;
  const settled = new AbortController();
  const isOnMessage = interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.isFromMessage());
  const persist = <Value>(work: () => Promise<Value>, attemptsMax: number): Promise<Value> =>
    withBackOff(work, { timers, signal, attemptsMax });

  // A command that takes long is told to be under way. Nobody but the caller sees that, for it may turn out to be private.
  let deferring: Promise<unknown> | undefined;
  let latest: string | undefined;
  let showing: Promise<void> | undefined;
  const cancel = timers.after(deferAfterMs, () => {
    deferring = isOnMessage ? interaction.deferUpdate() : interaction.deferReply({ flags: MessageFlags.Ephemeral });
    deferring.catch(() => {}); // awaited when the answer is sent
    showProgress();
  });

  /** One edit at a time, and no more than people can read. */
  const showProgress = (): void => {
    if (deferring === undefined || isOnMessage || isAnnounced || latest === undefined || showing !== undefined) return;
    const content = latest;
    latest = undefined;
    const show = async (): Promise<void> => {
      await deferring;
      if (!settled.signal.aborted) await interaction.editReply({ content });
    };
    // A sign that can't be shown is no reason to fail.
    showing = show()
      .catch(() => {})
      .then(async () => {
        if (!settled.signal.aborted) await sleep(timers, bounds.commandProgressMs, settled.signal);
        showing = undefined;
        if (!settled.signal.aborted) showProgress();
      });
  };

  let isAnnounced = false;
  const announce = async (text: string): Promise<string> => {
    const [content = ''] = splitMessage(text, bounds.discordMessageCharactersMax);
    const part = { content, flags: MessageFlags.SuppressEmbeds as const };
    if (deferring === undefined && !isOnMessage) {
      cancel();
      const { resource } = await persist(() => interaction.reply({ ...part, withResponse: true }), 2);
      isAnnounced = true;
      if (resource?.message) return resource.message.id;
      return (await interaction.fetchReply()).id;
    }
    await deferring;
    if (!isOnMessage) await interaction.editReply({ content: say(locale, 'done') });
    isAnnounced = true;
    return (await interaction.followUp(part)).id;
  };

  const end = (): void => {
    cancel();
    settled.abort();
  };

  /** A picture that Discord does not take is left out: what is said about it comes all the same. */
  const withOrWithoutPicture = async (part: Part, sendPart: (part: Part) => Promise<unknown>): Promise<void> => {
    try {
      await sendPart(part);
    } catch (error) {
      const { embeds, ...rest } = part;
      if (embeds === undefined || discordCodeOf(error) !== RESTJSONErrorCodes.InvalidFormBodyOrContentType) throw error;
      await sendPart(rest);
    }
  };

  /** A message after the first one. It has no nonce, so it is sent once only. */
  const follow = async (part: Part, isPrivate: boolean): Promise<void> => {
    try {
      await withOrWithoutPicture(part, (each) => interaction.followUp({ ...each, ...privacy(isPrivate) }));
    } catch (error) {
      // After fifteen minutes only the channel itself is left.
      if (isPrivate || discordCodeOf(error) !== RESTJSONErrorCodes.InvalidWebhookToken || interaction.channelId === null)
        throw error;
      const body = { content: part.content, components: part.components ?? [], allowed_mentions: { parse: [] } };
      await interaction.client.rest.post(Routes.channelMessages(interaction.channelId), { body });
    }
  };

  const sendNew = async (parts: readonly Part[], isPrivate: boolean): Promise<void> => {
    const [first = {}, ...more] = parts;
    if (isAnnounced) await follow(first, isPrivate);
    else if (deferring === undefined) {
      await withOrWithoutPicture(first, (each) => persist(() => interaction.reply({ ...each, ...privacy(isPrivate) }), 2));
    } else {
      await deferring;
      if (isOnMessage) await follow(first, isPrivate);
      else if (isPrivate) await withOrWithoutPicture(first, (each) => persist(() => interaction.editReply(each), 7));
      else {
        await persist(() => interaction.editReply({ content: say(locale, 'done') }), 7).catch((error: unknown) => {
          if (discordCodeOf(error) !== RESTJSONErrorCodes.InvalidWebhookToken) throw error;
        });
        await follow(first, false);
      }
    }
    for (const part of more) await follow(part, isPrivate);
  };

  const replaceMessage = async (part: Part): Promise<void> => {
    const whole = { content: '', components: [], embeds: [], ...part, attachments: [] };
    if (deferring !== undefined) {
      await deferring;
      await persist(() => interaction.editReply(whole), 7);
    } else if (interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.isFromMessage())) {
      await persist(() => interaction.update(whole), 2);
    }
  };

  /** Only acknowledged: the message that carries the button stays as it is. */
  const acknowledge = async (): Promise<void> => {
    if (deferring !== undefined) await deferring;
    else if (interaction.isMessageComponent() || interaction.isModalSubmit()) await persist(() => interaction.deferUpdate(), 2);
  };

  const partsOf = (outcome: CommandOutcome): readonly Part[] => {
    const text = outcome.text.trim();
    const split = splitMessage(text, bounds.discordMessageCharactersMax);
    const isLong = split.length > bounds.commandMessagesMax;
    const files = (outcome.files ?? []).map(({ name, bytes }) => ({ name, attachment: Buffer.from(bytes) }));
    if (isLong) files.unshift({ name: 'reply.txt', attachment: Buffer.from(text) });
    // The request itself takes some of what Discord allows.
    const bytesMax = interaction.attachmentSizeLimit - 16_384;
    if (files.some(({ attachment }) => attachment.byteLength > bytesMax)) return [{ content: say(locale, 'filesTooLarge') }];
    const [fitting = [], ...more] = inMessages(files, bytesMax);
    const contents = isLong ? [say(locale, 'inFile')] : split.length > 0 ? split : [''];
    const components = renderComponents(outcome.components ?? [], options.askerId);
    const last = contents.length - 1;
    const parts = contents.map((content, index) => ({
      ...(content === '' ? {} : { content }),
      ...(index === last && fitting.length > 0 ? { files: fitting } : {}),
      ...(index === last && components.length > 0 ? { components } : {}),
      ...(index === last && outcome.pictureUrl !== undefined ? { embeds: [{ image: { url: outcome.pictureUrl } }] } : {}),
    }));
    return [...parts, ...more.map((each) => ({ files: each }))];
  };

  return {
    announce,
    progress(text) {
      if (settled.signal.aborted || text.trim() === '') return;
      latest = text.slice(0, bounds.discordMessageCharactersMax).toWellFormed();
      showProgress();
    },
    async send(outcome) {
      end();
      await showing;
      const { form } = outcome;
      if (form !== undefined) {
        if (deferring === undefined && !interaction.isModalSubmit()) {
          const modal = renderForm(form, interaction.user.id, (option) => options.charactersMaxOf(form.call, option));
          return void (await persist(() => interaction.showModal(modal), 2));
        }
        // It is too late for a form to open by itself.
        const { reopen } = options;
        const text = say(locale, reopen === undefined ? 'callAgain' : 'formReady');
        return sendNew(partsOf({ text, isPrivate: true, isFailure: false, ...(reopen && { components: [reopen] }) }), true);
      }
      const parts = partsOf(outcome);
      const isEmpty = parts.every((part) => Object.keys(part).length === 0);
      if (outcome.replacesMessage && isOnMessage && parts[0] !== undefined) return replaceMessage(parts[0]);
      if (!isEmpty) return sendNew(parts, outcome.isPrivate);
      if (isAnnounced) return;
      return isOnMessage ? acknowledge() : sendNew([{ content: say(locale, 'done') }], true);
    },
    end,
  };
};

type PartFile = NonNullable<Part['files']>[number];

/** Files by the messages that carry them: as many in one as it takes. */
const inMessages = (files: readonly PartFile[], bytesMax: number): readonly (readonly PartFile[])[] => {
  const messages: PartFile[][] = [];
  let room = 0;
  for (const file of files) {
    const bytes = file.attachment.byteLength;
    const isNew = messages.length === 0 || bytes > room || messages.at(-1)?.length === filesMax;
    if (isNew) messages.push([]);
    room = (isNew ? bytesMax : room) - bytes;
    messages.at(-1)?.push(file);
  }
  return messages;
};

/** Discord's limit for one message. */
const filesMax = 10;

const privacy = (isPrivate: boolean) => (isPrivate ? { flags: MessageFlags.Ephemeral as const } : {});
