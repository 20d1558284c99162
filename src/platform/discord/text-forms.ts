import {
  type Attachment,
  ComponentType,
  type Embed,
  type Message,
  type MessageSnapshot,
  MessageType,
  type PartialPollAnswer,
  type Poll,
  type PollAnswer,
} from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { FileTexts } from './read-files.ts';

/** Makes raw text legible. */
type Render = (raw: string) => string;

const noFiles: FileTexts = new Map();
const embedPartCharactersMax = 400;
const embedFieldCharactersMax = 150;
const listedMax = 25;

/** What a message holds besides its text, each as a short note in brackets; without the files that were read. */
export const textForms = (message: Message | MessageSnapshot, render: Render, files = noFiles): readonly string[] => {
  const attachments = [...(message.attachments?.values() ?? [])];
  return [
    ...attachments.filter(({ id }) => !files.has(id)).map(attachmentForm),
    ...[...(message.stickers?.values() ?? [])].map((sticker) => note('sticker', sticker.name)),
    ...embedForms(message, render),
    ...componentForms(message.components ?? [], render),
    ...('poll' in message && message.poll ? [pollForm(message.poll)] : []),
  ];
};

/** The messages that a message passes on, with all that they hold. */
export const forwardedForms = (message: Message, render: Render): readonly string[] =>
  [...message.messageSnapshots.values()].map((snapshot) => {
    const content = render(snapshot.content ?? '').trim();
    return `[forwarded message: ${[content, ...textForms(snapshot, render)].filter((part) => part !== '').join(' ')}]`;
  });

/** Which command another bot's message came of. */
export const originForms = (message: Message, nameOf: (user: Message['author']) => string): readonly string[] => {
  if (message.type !== MessageType.ChatInputCommand && message.type !== MessageType.ContextMenuCommand) return [];
  const user = message.interactionMetadata?.user;
  const name = message.interaction?.commandName;
  return [`[answer to a command${name ? ` /${plain(name, 100)}` : ''}${user ? ` of ${nameOf(user)}` : ''}]`];
};

const attachmentForm = (attachment: Attachment): string => {
  const seconds = attachment.duration;
  if (seconds !== null && attachment.waveform !== null) return `[voice message, ${Math.round(seconds)} s]`;
  const [kind = ''] = (attachment.contentType ?? '').split('/');
  const what = kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'attachment';
  return note(what, attachment.name, attachment.description ?? '');
};

/**
 * Only what a program wrote as an embed. Those under what people write are previews of their links: they come later, and
 * say nothing that the link does not.
 */
const embedForms = (message: Message | MessageSnapshot, render: Render): readonly string[] => {
  const isByHuman = message.author ? !message.author.bot && message.webhookId === null : false;
  return (message.embeds ?? []).flatMap((embed) => {
    const { type } = embed.data;
    if (String(type) === 'poll_result') return pollResultForm(embed);
    return isByHuman || (type !== undefined && String(type) !== 'rich') ? [] : embedForm(embed, render);
  });
};

const embedForm = (embed: Embed, render: Render): readonly string[] => {
  const short = (raw: string | null | undefined, max: number): readonly string[] => (raw ? [plain(render(raw), max)] : []);
  const parts = [
    ...[embed.author?.name, embed.title, embed.description].flatMap((part) => short(part, embedPartCharactersMax)),
    ...embed.fields.slice(0, listedMax).flatMap(({ name, value }) => short(`${name}: ${value}`, embedFieldCharactersMax)),
    ...short(embed.footer?.text, embedFieldCharactersMax),
  ];
  return parts.length === 0 ? [] : [note('embed', ...parts)];
};

/** Texts that stand in a message as components, which then has no other content. */
const componentForms = (components: readonly object[], render: Render): readonly string[] => {
  const texts: string[] = [];
  const visit = (component: unknown, depth: number): void => {
    if (typeof component !== 'object' || component === null || depth > 3 || texts.length >= listedMax) return;
    const content = 'content' in component ? component.content : undefined;
    if ('type' in component && component.type === ComponentType.TextDisplay && typeof content === 'string')
      texts.push(render(content));
    const inner = 'components' in component && Array.isArray(component.components) ? component.components : [];
    for (const each of inner) visit(each, depth + 1);
  };
  for (const component of components) visit(component, 0);
  return texts;
};

const pollForm = (poll: Poll): string => {
  const answers = [...poll.answers.values()].slice(0, listedMax).map((answer) => answerForm(answer, poll.resultsFinalized));
  return note(poll.resultsFinalized ? 'poll, closed' : 'poll', poll.question.text ?? '', answers.join(' / '));
};

const answerForm = ({ text, voteCount }: PollAnswer | PartialPollAnswer, isClosed: boolean): string =>
  isClosed ? `${text ?? ''} (${voteCount ?? 0} ${voteCount === 1 ? 'vote' : 'votes'})` : (text ?? '');

/** Discord's own message about the end of a poll; its numbers are fields with fixed names. */
const pollResultForm = (embed: Embed): readonly string[] => {
  const field = (wanted: string): string | undefined => embed.fields.find(({ name }) => name === wanted)?.value;
  const question = field('poll_question_text');
  if (question === undefined) return [];
  const winner = field('victor_answer_text');
  const votes = `${field('victor_answer_votes') ?? '0'} of ${field('total_votes') ?? '0'} votes`;
  return [note('poll, closed', question, winner === undefined ? 'no winner' : `${winner} won with ${votes}`)];
};

const note = (kind: string, ...parts: readonly string[]): string =>
  `[${kind}: ${plain(parts.filter((part) => part !== '').join(' — '), bounds.discord.noteCharactersMax)}]`;

/** One line of at most so many characters. */
export const plain = (raw: string, charactersMax: number): string => {
  const text = raw.replace(/\s+/g, ' ').trim();
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax).toWellFormed()}…`;
};
