// The Discord platform with a bot that answers in a given manner.
import type { AnsweringSpeaker, AnswerPosition, IncomingMessage, ReplyPort, SpeakerLook } from '../../src/core/message.ts';
import type { ReplySettings } from '../../src/core/settings.ts';
import type { DiscordPlatformOptions } from '../../src/platform/discord/index.ts';
import type { FakeChannel, FakeDiscord, FakeDiscordOptions, FakeMessage } from '../fakes/discord/index.ts';
import { openInGuild, pause } from './discord-kit.ts';

export const replySettings: ReplySettings = {
  style: 'reply',
  voice: 'bot',
  streaming: true,
  longAnswers: 'split',
  linkPreviews: false,
  buttons: false,
};

export type WritingOptions = {
  readonly reply?: Partial<ReplySettings>;
  readonly look?: SpeakerLook;
  readonly answerTo?: (text: string) => string;
  /** Pieces in which an answer comes. [20] */
  readonly pieces?: number;
  readonly position?: AnswerPosition;
  readonly platform?: Partial<DiscordPlatformOptions>;
  readonly discord?: FakeDiscordOptions;
};

/** Writes one answer as the turn does: begin, show, finish, end. */
export const write = async (
  port: ReplyPort,
  speaker: AnsweringSpeaker,
  text: string,
  { reply, pieces = 20, position }: { reply?: ReplySettings; pieces?: number; position?: AnswerPosition | undefined } = {},
): Promise<readonly string[]> => {
  port.begin(speaker, reply);
  try {
    for (let piece = 1; piece < pieces; piece += 1) {
      port.show(text.slice(0, Math.ceil((text.length * piece) / pieces)));
      await pause(3);
    }
    return await port.finish(text, position);
  } finally {
    port.end();
  }
};

export const openWriting = async (options: WritingOptions = {}) => {
  const { look, pieces = 20, position, answerTo = (text: string) => `You said: ${text}` } = options;
  const reply = { ...replySettings, ...options.reply };
  const speaker: AnsweringSpeaker = { id: 'persona:test', name: 'Test', ...(look && { look }) };
  const heard: IncomingMessage[] = [];
  const delivered = new Map<string, readonly string[]>();
  const failures: unknown[] = [];
  const onMessage = async (message: IncomingMessage, port: ReplyPort): Promise<void> => {
    heard.push(message);
    if (message.addressed === 'none') return port.end();
    try {
      delivered.set(message.id, await write(port, speaker, answerTo(message.text), { reply, pieces, position }));
    } catch (error) {
      failures.push(error);
    }
  };
  const all = await openInGuild({
    platform: { onMessage, ...options.platform },
    ...(options.discord && { discord: options.discord }),
  });
  const { discord, channel, ada } = all;
  /** Asks, and waits until the bot believes it has answered. */
  const ask = async (text: string, where: FakeChannel = channel): Promise<FakeMessage> => {
    const question = where.say(ada, `${discord.bot.mention} ${text}`);
    await discord.waitFor(() => delivered.has(question.id) || failures.length > 0, `the answer to ${text}`);
    return question;
  };
  const answersOf = (question: FakeMessage): readonly FakeMessage[] =>
    (delivered.get(question.id) ?? []).map((id) => discord.message(id));
  return { ...all, reply, speaker, heard, delivered, failures, ask, answersOf };
};

/** Everything that the bot has written or changed, as its bodies say. */
export const bodiesOf = (discord: FakeDiscord): readonly Readonly<Record<string, unknown>>[] =>
  discord
    .requests({ path: /\/messages(?:\/|$)|^\/webhooks\// })
    .filter(({ method, body }) => (method === 'POST' || method === 'PATCH') && typeof body === 'object' && body !== null)
    .map(({ body }) => body as Readonly<Record<string, unknown>>);

export const buttonsOf = (
  message: FakeMessage,
): readonly { readonly label: string; readonly id: string; readonly off: boolean }[] =>
  (message.payload().components ?? []).flatMap((row) =>
    'components' in row
      ? row.components.flatMap((each) =>
          'custom_id' in each && 'label' in each
            ? [{ label: each.label ?? '', id: each.custom_id, off: each.disabled ?? false }]
            : [],
        )
      : [],
  );
