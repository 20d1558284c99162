const discordEpochMs = 1_420_070_400_000n;

/** Makes ids as Discord does: the time in milliseconds since 2015 above 22 further bits; strictly ascending. */
export const createSnowflakes = (now: () => number): (() => string) => {
  let last = 0n;
  return () => {
    const fromTime = (BigInt(now()) - discordEpochMs) << 22n;
    last = fromTime > last ? fromTime : last + 1n;
    return last.toString();
  };
};

/** The time in milliseconds since 1970 at which an id was made. */
export const snowflakeTimeMs = (id: string): number => Number((BigInt(id) >> 22n) + discordEpochMs);
