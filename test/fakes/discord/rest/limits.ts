import { createHash } from 'node:crypto';

export type LimitRule = { readonly method?: string; readonly path: RegExp; readonly limit: number; readonly windowMs: number };

/** Where a request stands in its bucket. */
export type LimitState = {
  readonly limit: number;
  readonly remaining: number;
  /** When the bucket is full again, in milliseconds since 1970. */
  readonly resetAt: number;
  readonly bucket: string;
  readonly isExceeded: boolean;
};

/** Counts requests in a fixed window for every route and its major parameter (channel, guild or webhook), as Discord does. */
export const createLimits = (now: () => number, standard: { readonly limit: number; readonly windowMs: number }) => {
  const rules: LimitRule[] = [];
  const buckets = new Map<string, { used: number; resetAt: number }>();
  return {
    add: (rule: LimitRule): void => {
      rules.unshift(rule);
    },
    count: (method: string, pattern: string, path: string): LimitState => {
      const { limit, windowMs } =
        rules.find((rule) => (rule.method ?? method) === method && path.search(rule.path) >= 0) ?? standard;
      const major = /^\/(?:channels|guilds|webhooks)\/[^/]+/.exec(path)?.[0] ?? '';
      const key = `${method} ${pattern} ${major}`;
      const known = buckets.get(key);
      const bucket = known === undefined || known.resetAt <= now() ? { used: 0, resetAt: now() + windowMs } : known;
      buckets.set(key, bucket);
      const isExceeded = bucket.used >= limit;
      if (!isExceeded) bucket.used += 1;
      return {
        limit,
        remaining: limit - bucket.used,
        resetAt: bucket.resetAt,
        bucket: createHash('md5').update(`${method} ${pattern}`).digest('hex'),
        isExceeded,
      };
    },
  };
};

export type Limits = ReturnType<typeof createLimits>;
