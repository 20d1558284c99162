import {
  type APIActionRowComponent,
  type APIComponentInMessageActionRow,
  type APIMessage,
  MessageFlags,
  type RawFile,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord.js';

export type ComponentRow = APIActionRowComponent<APIComponentInMessageActionRow>;
export type MessageFile = { readonly name: string; readonly text: string };

/** What a message carries besides its text. In an edit, what is absent stays as it is, and what is empty is taken away. */
export type MessageExtras = {
  readonly components?: readonly ComponentRow[];
  readonly files?: readonly MessageFile[];
  /** For new messages. */
  readonly hasNoPreviews?: boolean;
  /** For new messages: nobody's device makes a sound. It marks what is a notice of the bot; see `isNotice`. */
  readonly isSilent?: boolean;
};

/** Whatever a text says, it notifies nobody. The client's default does not reach requests that are made by hand. */
const noPings = { parse: [], replied_user: false } satisfies RESTPostAPIChannelMessageJSONBody['allowed_mentions'];

type Request<Body> = { readonly body: Body; readonly files?: RawFile[] };

/** A new message as Discord wants it. */
export const newMessage = (content: string, extras: MessageExtras = {}): Request<RESTPostAPIChannelMessageJSONBody> => {
  const { components = [], files = [], hasNoPreviews = false, isSilent = false } = extras;
  const flags = (hasNoPreviews ? MessageFlags.SuppressEmbeds : 0) | (isSilent ? MessageFlags.SuppressNotifications : 0);
  return {
    body: {
      content,
      allowed_mentions: noPings,
      ...(flags === 0 ? {} : { flags }),
      ...(components.length === 0 ? {} : { components: [...components] }),
      ...(files.length === 0 ? {} : { attachments: listed(files) }),
    },
    ...(files.length === 0 ? {} : { files: uploaded(files) }),
  };
};

/** A changed message as Discord wants it. @param content stays as it is when undefined. */
export const changedMessage = (
  content: string | undefined,
  { components, files }: MessageExtras = {},
): Request<RESTPatchAPIChannelMessageJSONBody> => ({
  body: {
    ...(content === undefined ? {} : { content }),
    allowed_mentions: noPings,
    ...(components === undefined ? {} : { components: [...components] }),
    ...(files === undefined ? {} : { attachments: listed(files) }),
  },
  ...(files === undefined || files.length === 0 ? {} : { files: uploaded(files) }),
});

const listed = (files: readonly MessageFile[]) => files.map(({ name }, index) => ({ id: String(index), filename: name }));

const uploaded = (files: readonly MessageFile[]): RawFile[] =>
  files.map(({ name, text }) => ({ name, data: Buffer.from(text.toWellFormed()), contentType: 'text/markdown; charset=utf-8' }));

/** Whether a message of the bot is one of its notices (an error, a full queue), and no part of a conversation. */
export const isNotice = (message: { readonly flags: { has(flag: number): boolean } }): boolean =>
  message.flags.has(MessageFlags.SuppressNotifications);

/** Whether Discord has stored a text, of which it trims white space, as that message. */
export const readsAs = ({ content }: Pick<APIMessage, 'content'>, text: string): boolean =>
  withoutWhite(content) === withoutWhite(text);

const withoutWhite = (text: string): string => text.replace(/\s+/g, '');
