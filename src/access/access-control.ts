import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import { createKeptValues, type ValueStore } from '../kept/kept-values.ts';
import {
  type AccessDecision,
  type AccessEntry,
  type AccessKind,
  type AccessLists,
  type AccessSubject,
  accessKinds,
  mayUse,
} from './may-use.ts';
import { storeFailed } from './store-failed.ts';

/** Whose list: a server's, by its id, or `bot` for everywhere. */
export type AccessScope = string;

/** The scope of the lists that count everywhere. */
export const botScope: AccessScope = 'bot';

/** The lists of who may use the bot. A failing store rejects with `store-failed`: nobody slips through meanwhile. */
export interface AccessControl {
  mayUse(who: AccessSubject, where: Place | undefined): Promise<AccessDecision>;
  lists(scope: AccessScope): Promise<AccessLists>;
  /**
   * Puts an entry on a list, and takes it off the other one. False when it was there already; rejects with `bad-input` when the list is full.
   */
  put(scope: AccessScope, list: keyof AccessLists, entry: AccessEntry): Promise<boolean>;
  /** Takes an entry off its list. False when it was on none. */
  remove(scope: AccessScope, entry: AccessEntry): Promise<boolean>;
}

/** Keeps the lists in a store. Entries that can't be read are passed over and logged; the others stay in force. */
export const createAccessControl = ({
  store,
  logger,
}: {
  readonly store: ValueStore;
  readonly logger: Logger;
}): AccessControl => {
  const kept = createKeptValues({
    store,
    prefix: 'access',
    read: (stored) => readLists(stored, logger),
    keptMax: bounds.access.keptMax,
    failed: storeFailed,
  });

  return {
    async mayUse(who, where) {
      const serverId = where?.serverId;
      const [bot, server] = await Promise.all([kept.get(botScope), serverId === undefined ? undefined : kept.get(serverId)]);
      return mayUse({ bot, ...(server && { server }) }, who, where);
    },
    lists: (scope) => kept.get(scope),
    async put(scope, list, entry) {
      const { before, after } = await kept.change(scope, (lists) => {
        if (lists[list].some(isSame(entry))) return lists;
        if (lists[list].length >= bounds.access.entriesMax) throw isFull();
        const without = withoutEntry(lists, entry);
        return { ...without, [list]: [...without[list], { kind: entry.kind, id: entry.id }] };
      });
      return before !== after;
    },
    async remove(scope, entry) {
      const { before, after } = await kept.change(scope, (lists) => {
        if (![...lists.allow, ...lists.block].some(isSame(entry))) return lists;
        const rest = withoutEntry(lists, entry);
        return rest.allow.length + rest.block.length === 0 ? undefined : rest;
      });
      return before !== after;
    },
  };
};

const isSame =
  (wanted: AccessEntry) =>
  ({ kind, id }: AccessEntry): boolean =>
    kind === wanted.kind && id === wanted.id;

const withoutEntry = ({ allow, block }: AccessLists, entry: AccessEntry): AccessLists => ({
  allow: allow.filter((each) => !isSame(entry)(each)),
  block: block.filter((each) => !isSame(entry)(each)),
});

const readLists = (stored: unknown, logger: Logger): AccessLists => {
  if (stored === undefined) return { allow: [], block: [] };
  const read = (name: keyof AccessLists): readonly AccessEntry[] => {
    const list: unknown = typeof stored === 'object' && stored !== null ? Reflect.get(stored, name) : undefined;
    const entries: readonly unknown[] = Array.isArray(list) ? list : [];
    const good = entries.flatMap(entryOf);
    if (!Array.isArray(list) || good.length < entries.length)
      logger.warn({ part: 'access', list: name }, 'a list of who may use the bot is damaged; what is left of it stays in force');
    return good;
  };
  return { allow: read('allow'), block: read('block') };
};

const entryOf = (value: unknown): readonly AccessEntry[] => {
  if (typeof value !== 'object' || value === null) return [];
  const kind: unknown = Reflect.get(value, 'kind');
  const id: unknown = Reflect.get(value, 'id');
  return isKind(kind) && typeof id === 'string' ? [{ kind, id }] : [];
};

const isKind = (kind: unknown): kind is AccessKind => accessKinds.some((each) => each === kind);

const isFull = (): PaddockError =>
  new PaddockError('bad-input', 'an access list is full', {
    userText: sentence('accessListFull', { max: bounds.access.entriesMax }),
  });
