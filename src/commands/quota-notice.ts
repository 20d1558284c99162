import type { QuotaRefusal } from '../access/quota.ts';
import type { CommandContext } from '../core/command.ts';
import type { PaddockError } from '../core/error.ts';
import { refusal } from './refusal.ts';

/** The sentence for an hour that is full. */
export const quotaNotice = ({ of, limit, waitMs }: QuotaRefusal, context: CommandContext): PaddockError => {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000));
  return refusal('not-allowed', context, of === 'user' ? 'quotaUser' : 'quotaServer', { limit, minutes });
};
