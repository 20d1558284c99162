// The other way in which the bot writes: as the reply to a command, a button or a form, shown to all or to the caller alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bounds } from '../../../../src/core/bounds.ts';
import { type Answerable, createInteractionAnswer } from '../../../../src/platform/discord/interaction-answer.ts';
import { splitParts, type Timers } from '../../../../src/reply/index.ts';
import { fences, texts, withoutWhite } from './hostile-texts.ts';

type Sent = {
  readonly content?: string;
  readonly flags?: number;
  readonly allowedMentions?: unknown;
  readonly files?: readonly { readonly name: string; readonly attachment: Buffer }[];
};

/** A call of a command, and all that was sent for it. */
const createCall = () => {
  const sent: Sent[] = [];
  const take = async (payload: Sent): Promise<void> => void sent.push(payload);
  const call = {
    isMessageComponent: () => false,
    isModalSubmit: () => false,
    attachmentSizeLimit: 10 * 1_048_576,
    deferReply: async () => {},
    reply: take,
    followUp: take,
    editReply: take,
  };
  return { interaction: call as unknown as Answerable, sent };
};

/** @param isLate the time until which a call must have a first sign is over at once */
const timersFor = (isLate: boolean): Timers => ({
  now: () => 0,
  after: (_waitMs, callback) => {
    if (isLate) queueMicrotask(callback);
    return () => {};
  },
});

test('10,000 texts as replies of commands: nothing is too long, no fence is broken, nothing is lost', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(texts, fc.boolean(), fc.boolean(), async (text, isPrivate, isLate) => {
      const { interaction, sent } = createCall();
      const answer = createInteractionAnswer(interaction, {
        timers: timersFor(isLate),
        signal: new AbortController().signal,
        locale: 'en',
        askerId: '1',
        charactersMaxOf: () => 4000,
        reopen: undefined,
      });
      await Promise.resolve();
      await answer.send({ text, isPrivate, isFailure: false });
      // A late reply to all takes the place of one that only the caller sees.
      const own = isLate && !isPrivate ? sent.slice(1) : sent;
      const whole = text.trim();
      const parts = splitParts(whole, bounds.discordMessageCharactersMax);
      for (const { content = '', allowedMentions } of sent) {
        assert.ok(content.length > 0 && content.length <= bounds.discordMessageCharactersMax);
        assert.equal(allowedMentions, undefined, 'the client’s own, which lets nothing ping, is not replaced');
      }
      if (parts.length > bounds.commandMessagesMax) {
        files += 1;
        assert.equal(own.length, 1);
        assert.equal(own[0]?.files?.[0]?.attachment.toString(), whole);
        return;
      }
      const slices = parts.map(({ start, end }) => whole.slice(start, end));
      assert.equal(withoutWhite(slices.join('')), withoutWhite(whole));
      assert.deepEqual(
        own.map(({ content }) => content),
        parts.map(({ before, after }, index) => before + slices[index] + after),
      );
      for (const { content = '' } of own.slice(0, -1)) assert.equal(fences(content) % 2, 0);
      for (const { flags } of own.slice(isLate && isPrivate ? 1 : 0)) assert.equal(flags === 64, isPrivate);
    }),
    { numRuns: 10_000 },
  );
  assert.ok(files > 0);
});
