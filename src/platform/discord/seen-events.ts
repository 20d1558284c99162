import { bounds } from '../../core/bounds.ts';

/** Tells events that come for the first time from those that Discord sends again. */
export interface SeenEvents {
  /** True for an id that was not handled before; from then on it was. */
  isFirst(id: string): boolean;
}

export const createSeenEvents = (now: () => number): SeenEvents => {
  const { seenEventsMax, seenEventsMs } = bounds.discord;
  const seenAt = new Map<string, number>();
  return {
    isFirst: (id) => {
      const at = seenAt.get(id);
      if (at !== undefined && at > now() - seenEventsMs) return false;
      seenAt.delete(id);
      for (const [oldest, at] of seenAt) {
        if (at > now() - seenEventsMs && seenAt.size < seenEventsMax) break;
        seenAt.delete(oldest);
      }
      seenAt.set(id, now());
      return true;
    },
  };
};
