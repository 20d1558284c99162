import { bounds } from '../core/bounds.ts';
import type { Rank } from '../core/command.ts';
import type { QuotaSettings } from '../core/settings.ts';

/** Who asks, and where. */
export type QuotaSubject = { readonly userId: string; readonly serverId?: string; readonly rank: Rank };

/** Whose hour is full, and in how many milliseconds there is room again. */
export type QuotaRefusal = { readonly of: 'user' | 'server'; readonly limit: number; readonly waitMs: number };

/** Counts answers over a sliding hour. */
export interface Quota {
  /** Counts one answer; tells instead when there is room again where there is none. The bot's owner is not counted. */
  take(subject: QuotaSubject, limits: QuotaSettings): QuotaRefusal | undefined;
  /** Takes the last count back: nothing came of it. */
  giveBack(subject: QuotaSubject): void;
  /** How many answers somebody had in the last hour. */
  used(subject: Pick<QuotaSubject, 'userId' | 'serverId'>): { readonly user: number; readonly server: number };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How many in one minute of the clock. */
type Minute = { readonly startMs: number; count: number };

/**
 * Counts by minutes of the clock, each of which counts until an hour after its end: there are never more than the limit in
 * any hour, and a key takes 61 small entries at most, however high its limit is. Nothing is kept over a restart.
 *
 * @param now in milliseconds; may be any clock that does not go back.
 */
export const createQuota = (now: () => number): Quota => {
  const minutes = new Map<string, Minute[]>();

  const recent = (key: string): Minute[] => {
    const kept = (minutes.get(key) ?? []).filter(({ startMs }) => startMs + minuteMs + hourMs > now());
    minutes.delete(key);
    if (kept.length > 0) minutes.set(key, kept);
    return kept;
  };
  const countOf = (key: string): number => recent(key).reduce((sum, { count }) => sum + count, 0);

  /** In how many milliseconds fewer than `limit` are left. */
  const waitOf = (key: string, limit: number): number => {
    const kept = recent(key);
    let left = kept.reduce((sum, { count }) => sum + count, 0);
    for (const { startMs, count } of kept) {
      left -= count;
      if (left < limit) return startMs + minuteMs + hourMs - now();
    }
    return 0;
  };

  const note = (key: string): void => {
    const kept = recent(key);
    const startMs = Math.floor(now() / minuteMs) * minuteMs;
    const last = kept.at(-1);
    if (last?.startMs === startMs) last.count += 1;
    else kept.push({ startMs, count: 1 });
    minutes.delete(key);
    minutes.set(key, kept);
    const [oldest] = minutes.keys();
    if (minutes.size > bounds.quotaKeysMax && oldest !== undefined) minutes.delete(oldest);
  };

  return {
    take(subject, limits) {
      if (subject.rank === 'owner') return undefined;
      const asked = keysOf(subject).map(({ of, key }) => ({
        of,
        key,
        limit: of === 'user' ? limits.perUserPerHour : limits.perServerPerHour,
      }));
      const full = asked.find(({ key, limit }) => limit > 0 && countOf(key) >= limit);
      if (full !== undefined) return { of: full.of, limit: full.limit, waitMs: waitOf(full.key, full.limit) };
      // Also where there is no limit now: one may be set, and counts at once.
      for (const { key } of asked) note(key);
      return undefined;
    },
    giveBack(subject) {
      if (subject.rank === 'owner') return;
      for (const { key } of keysOf(subject)) {
        const last = recent(key).at(-1);
        if (last !== undefined && last.count > 0) last.count -= 1;
      }
    },
    used: ({ userId, serverId }) => ({
      user: countOf(`user:${userId}`),
      server: serverId === undefined ? 0 : countOf(`server:${serverId}`),
    }),
  };
};

const keysOf = ({ userId, serverId }: Pick<QuotaSubject, 'userId' | 'serverId'>) => [
  { of: 'user', key: `user:${userId}` } as const,
  ...(serverId === undefined ? [] : [{ of: 'server', key: `server:${serverId}` } as const]),
];
