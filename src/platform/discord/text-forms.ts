import type { Attachment, Embed, Message, MessageSnapshot, Poll } from 'discord.js';

const noteCharactersMax = 500;

/** What a message holds besides its text, each as a short note in brackets. `render` makes raw text legible. */
export const textForms = (message: Message | MessageSnapshot, render: (raw: string) => string): readonly string[] => [
  ...[...(message.attachments?.values() ?? [])].map(attachmentForm),
  ...[...(message.stickers?.values() ?? [])].map((sticker) => note('sticker', sticker.name)),
  ...(message.embeds ?? []).flatMap((embed) => embedForm(embed, render)),
  ...('poll' in message && message.poll ? [pollForm(message.poll)] : []),
];

/** The messages that a message passes on, with all that they hold. */
export const forwardedForms = (message: Message, render: (raw: string) => string): readonly string[] =>
  [...message.messageSnapshots.values()].map((snapshot) => {
    const content = render(snapshot.content ?? '').trim();
    return `[forwarded message: ${[content, ...textForms(snapshot, render)].filter((part) => part !== '').join(' ')}]`;
  });

const attachmentForm = (attachment: Attachment): string => {
  const seconds = attachment.duration;
  if (seconds !== null && attachment.waveform !== null) return `[voice message, ${Math.round(seconds)} s]`;
  const [kind = ''] = (attachment.contentType ?? '').split('/');
  const what = kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'attachment';
  return note(what, attachment.name, attachment.description ?? '');
};

/** Only what a program wrote as an embed; previews of links come later, and say nothing that the link does not. */
const embedForm = (embed: Embed, render: (raw: string) => string): readonly string[] => {
  if (embed.data.type !== undefined && embed.data.type !== 'rich') return [];
  const fields = embed.fields.map((field) => `${field.name}: ${field.value}`);
  const parts = [embed.author?.name, embed.title, embed.description, ...fields, embed.footer?.text].flatMap((part) =>
    part ? [render(part)] : [],
  );
  return parts.length === 0 ? [] : [note('embed', ...parts)];
};

const pollForm = (poll: Poll): string =>
  note('poll', poll.question.text ?? '', [...poll.answers.values()].map((answer) => answer.text ?? '').join(' / '));

const note = (kind: string, ...parts: readonly string[]): string => {
  const text = parts
    .filter((part) => part !== '')
    .join(' — ')
    .replace(/\s+/g, ' ');
  const short = text.length <= noteCharactersMax ? text : `${text.slice(0, noteCharactersMax).toWellFormed()}…`;
  return `[${kind}: ${short}]`;
};
