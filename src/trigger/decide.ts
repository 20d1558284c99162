import { bounds } from '../core/bounds.ts';
import type { IncomingMessage } from '../core/message.ts';
import type { TriggerSettings } from '../core/settings.ts';
import type { Lately } from './recent-answers.ts';

/** What to do with a message: answer it, only remember it, or pass over it; and why. */
export type Decision =
  | { readonly action: 'answer'; readonly reason: 'direct' | 'mention' | 'reply' | 'own-thread' | 'always' | 'word' | 'chance' }
  | { readonly action: 'listen'; readonly reason: 'not-addressed' | 'switched-off' | 'too-many-bot-turns' }
  | { readonly action: 'ignore'; readonly reason: 'bot' | 'empty' };

/**
 * Decides whether a message is answered. Bots that answer each other would never stop, so however
 * often a bot turns to this one, it gets at most `bounds.botTurnsInARowMax` answers without a human
 * between them; and nothing but turning to this one gets a bot an answer.
 * @param random a number from 0 up to 1; asked only where chance has a say
 */
export const decide = (message: IncomingMessage, settings: TriggerSettings, lately: Lately, random: () => number): Decision => {
  const { author, addressed } = message;
  if (author.isBot && !settings.bots) return { action: 'ignore', reason: 'bot' };
  if (message.text.trim() === '') return { action: 'ignore', reason: 'empty' };
  const reason = reasonFor(message, settings, lately, random);
  if (reason === undefined) return { action: 'listen', reason: addressed === 'none' ? 'not-addressed' : 'switched-off' };
  if (author.isBot && lately.botTurns >= bounds.botTurnsInARowMax) return { action: 'listen', reason: 'too-many-bot-turns' };
  return { action: 'answer', reason };
};

const reasonFor = (
  { addressed, author, place, text, at }: IncomingMessage,
  settings: TriggerSettings,
  { answeredAt }: Lately,
  random: () => number,
): Extract<Decision, { readonly action: 'answer' }>['reason'] | undefined => {
  if (addressed === 'direct') return settings.direct ? 'direct' : undefined;
  if (addressed !== 'none' && settings.mention) return addressed;
  if (author.isBot) return undefined;
  if (place?.isOwnThread === true && settings.ownThreads) return 'own-thread';
  if (settings.always) return 'always';
  if (hasWord(text, settings.words)) return 'word';
  const isCool = answeredAt === undefined || at - answeredAt >= settings.chanceCooldownSeconds * 1000;
  return settings.chance > 0 && isCool && random() < settings.chance ? 'chance' : undefined;
};

/** Whether any of the words stands in a text: not inside another word, unless its script writes no spaces. */
const hasWord = (text: string, words: readonly string[]): boolean => {
  if (words.length === 0) return false;
  const said = fold(text);
  return words.some((word) => {
    const wanted = fold(word);
    for (let at = said.indexOf(wanted); at !== -1; at = said.indexOf(wanted, at + 1)) {
      const [before, after] = [said.slice(Math.max(0, at - 2), at), said.slice(at + wanted.length, at + wanted.length + 2)];
      if (!(joins(before, 'end') && joins(wanted, 'start')) && !(joins(wanted, 'end') && joins(after, 'start'))) return true;
    }
    return false;
  });
};

const fold = (text: string): string => text.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');

/** Whether a text begins or ends with a letter of a script that has spaces between words. */
const joins = (text: string, where: 'start' | 'end'): boolean =>
  (where === 'start' ? /^[\p{L}\p{M}\p{N}]/u : /[\p{L}\p{M}\p{N}]$/u).test(text) &&
  !(
    where === 'start'
      ? /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
      : /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]$/u
  ).test(text);
