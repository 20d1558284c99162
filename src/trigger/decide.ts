import { bounds } from '../core/bounds.ts';
import type { IncomingMessage } from '../core/message.ts';

export type TriggerSettings = {
  /** Whether other bots get answers. */
  readonly answerBots: boolean;
};

/** What to do with a message: answer it, only remember it, or pass over it; and why. */
export type Decision =
  | { readonly action: 'answer'; readonly reason: 'direct' | 'mention' | 'reply' }
  | { readonly action: 'listen'; readonly reason: 'not-addressed' | 'too-many-bot-turns' }
  | { readonly action: 'ignore'; readonly reason: 'bot' | 'empty' };

/**
 * Decides whether a message is answered. Bots that answer each other would never stop, so however
 * often a bot turns to this one, it gets at most `bounds.botTurnsInARowMax` answers without a human between them.
 * @param recentBotTurns how many bots' messages were answered in this conversation since a human last spoke.
 */
export const decide = (message: IncomingMessage, settings: TriggerSettings, recentBotTurns: number): Decision => {
  if (message.author.isBot && !settings.answerBots) return { action: 'ignore', reason: 'bot' };
  if (message.text.trim() === '') return { action: 'ignore', reason: 'empty' };
  if (message.addressed === 'none') return { action: 'listen', reason: 'not-addressed' };
  if (message.author.isBot && recentBotTurns >= bounds.botTurnsInARowMax) {
    return { action: 'listen', reason: 'too-many-bot-turns' };
  }
  return { action: 'answer', reason: message.addressed };
};
