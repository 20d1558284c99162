import type { Rank } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import type { IncomingMessage } from '../core/message.ts';
import { type Sentence, sentence } from '../core/sentence.ts';
import type { QuotaSettings } from '../core/settings.ts';
import type { AccessControl } from './access-control.ts';
import type { OptOuts } from './opt-outs.ts';
import type { Quota, QuotaRefusal } from './quota.ts';

export type GateServices = {
  readonly access: Pick<AccessControl, 'mayUse'>;
  readonly optOuts: Pick<OptOuts, 'isOptedOut'>;
  readonly quota: Quota;
};

/** Stands before memory: whose messages are heard at all, and who gets another answer. */
export interface Gate {
  /**
   * Whether a message may be remembered and used. Not those of people who are blocked or opted out; who addressed the bot all the same is
   * told so by `refusal`, if at all.
   */
  hear(message: IncomingMessage): Promise<{ readonly isHeard: boolean; readonly refusal?: PaddockError }>;
  /** Counts an answer to a message; gives the sentence to say instead where the hour is full. */
  takeAnswer(message: IncomingMessage, limits: QuotaSettings): PaddockError | undefined;
}

export const createGate = ({ access, optOuts, quota }: GateServices): Gate => ({
  async hear({ author, place, addressed }) {
    const who = { userId: author.id, roleIds: author.roleIds ?? [], rank: rankOf(author) };
    const { isAllowed } = await access.mayUse(who, place);
    // Without a word: whoever is blocked could let the bot fill the channel with refusals.
    if (!isAllowed) return { isHeard: false };
    if (!(await optOuts.isOptedOut(author.id))) return { isHeard: true };
    return { isHeard: false, ...(addressed !== 'none' && { refusal: isOptedOut() }) };
  },
  takeAnswer({ author, place }, limits) {
    const serverId = place?.serverId;
    const subject = { userId: author.id, rank: rankOf(author), ...(serverId !== undefined && { serverId }) };
    const refusal = quota.take(subject, limits);
    return refusal && quotaError(refusal);
  },
});

const rankOf = ({ rank }: IncomingMessage['author']): Rank => rank ?? 'everyone';

const isOptedOut = (): PaddockError =>
  new PaddockError('not-allowed', 'somebody who opted out addressed the bot', { userText: sentence('optedOut') });

/** An hour that is full, as an error. */
export const quotaError = ({ of, limit, waitMs }: QuotaRefusal): PaddockError => {
  const again = roomIn(Math.max(1, Math.ceil(waitMs / 60_000)));
  return of === 'user'
    ? new PaddockError('queue-user-full', 'a user has all answers of the hour (quota.perUserPerHour)', {
        userText: sentence('quotaUser', { limit, again }),
        isRetryable: true,
      })
    : new PaddockError('queue-full', 'a server has all answers of the hour (quota.perServerPerHour)', {
        userText: sentence('quotaServer', { limit, again }),
        isRetryable: true,
      });
};

const roomIn = (minutes: number): Sentence =>
  minutes === 1 ? sentence('roomInAMinute') : sentence('roomInMinutes', { count: minutes });
