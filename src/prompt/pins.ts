import { bounds } from '../core/bounds.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { type ComposeInput, castOf, lines } from './draft.ts';
import { costOf, markup, messageText, plain } from './turn-costs.ts';

/**
 * A prompt's input with no more pins than may be in it: together they take `bounds.pins.shareMax` of the prompt's tokens at
 * most, and those pinned first leave first. Which ones stay does not depend on the rest of the prompt, so that its beginning
 * stays the same.
 */
export const withinPinShare = async (
  input: ComposeInput,
  promptTokensMax: number,
  countTokens: Engine['countTokens'],
): Promise<{ readonly input: ComposeInput; readonly left: readonly Turn[] }> => {
  const { pins = [], template } = input;
  if (pins.length === 0) return { input, left: [] };
  const share = promptTokensMax * bounds.pins.shareMax;
  const { names } = castOf(input);
  const texts = pins.map((turn) => {
    const name = names.get(turn.speaker.id);
    return messageText({ content: lines(shownText(turn)), ...(name !== undefined && { name }) });
  });
  // What is far longer than the room is not counted.
  const isCountable = (text: string): boolean => text.length <= share * bounds.prompt.charactersPerTokenMax;
  const [userMarkup = 0, answerMarkup = 0, ...counts] = await countTokens([
    markup(template, 'user'),
    markup(template, 'assistant'),
    ...texts.filter(isCountable).map(plain),
  ]);
  const tokens = counts.values();
  const costs = pins.map(({ role }, index) =>
    isCountable(texts[index] ?? '')
      ? costOf(template, role, tokens.next().value ?? 0, { userMarkup, answerMarkup })
      : Number.POSITIVE_INFINITY,
  );
  // One that would not fit alone makes no other leave.
  const alone = new Set(pins.filter((_turn, index) => (costs[index] ?? 0) > share));
  let room = share;
  const lastOut = pins.findLastIndex((turn, index) => {
    if (!alone.has(turn)) room -= costs[index] ?? 0;
    return room < 0;
  });
  const isIn = (turn: Turn, index: number): boolean => index > lastOut && !alone.has(turn);
  return { input: { ...input, pins: pins.filter(isIn) }, left: pins.filter((turn, index) => !isIn(turn, index)) };
};
