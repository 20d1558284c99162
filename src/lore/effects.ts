import { createHash } from 'node:crypto';
import { bounds } from '../core/bounds.ts';
import { isFields, own } from './clean-value.ts';
import type { PreparedEntry } from './prepare-lorebook.ts';

/**
 * What an activation leaves behind, in numbers of messages that the conversation has. It holds only
 * while the conversation is longer than `at`: a new answer to the same message, or a message taken back, undoes it.
 */
export type LoreEffect = {
  /** Messages there were when it began: the answer that it came with is the next one. */
  readonly at: number;
  /** Active up to so many messages. */
  readonly stickyUntil: number;
  /** Barred, after being sticky, up to so many messages. */
  readonly cooldownUntil: number;
  /** True where it is remembered for good that the entry was active (two decorators ask for it). */
  readonly isKept: boolean;
  /** Of the entry as it was; one that was changed is free of its effects. */
  readonly mark: string;
};

/**
 * The timed effects of a conversation, by `book/entry`, those of an entry in the order in which they began; plain JSON, stored with
 * the conversation. Those that are over stay for a while, for answers that are made anew.
 */
export type LoreState = { readonly effects: Readonly<Record<string, readonly LoreEffect[]>> };

/** The state of a conversation in which nothing was active yet. */
export const emptyLoreState: LoreState = { effects: {} };

/** A stored state as it came back; what is not one is dropped. */
export const readLoreState = (value: unknown): LoreState => {
  const effects = isFields(value) ? own(value, 'effects') : undefined;
  if (!isFields(effects)) return emptyLoreState;
  const read = Object.entries(effects)
    .filter(([key]) => key !== '__proto__')
    .map(([key, those]) => [key, (Array.isArray(those) ? those : [those]).flatMap(readEffect)] as const);
  return stateOf(new Map(read));
};

const readEffect = (effect: unknown): readonly LoreEffect[] => {
  if (!isFields(effect)) return [];
  const [at, stickyUntil, cooldownUntil] = ['at', 'stickyUntil', 'cooldownUntil'].map((name) => own(effect, name));
  const mark = own(effect, 'mark');
  if (typeof at !== 'number' || typeof stickyUntil !== 'number' || typeof cooldownUntil !== 'number') return [];
  if (typeof mark !== 'string') return [];
  return [{ at, stickyUntil, cooldownUntil, isKept: own(effect, 'isKept') === true, mark }];
};

/** How an entry stands with its effects now. */
export type EffectNow = {
  readonly isSticky: boolean;
  readonly isCooling: boolean;
  readonly wasActive: boolean;
  readonly effect?: LoreEffect;
};

const noEffect: EffectNow = { isSticky: false, isCooling: false, wasActive: false };

/** Whether an entry leaves anything behind. */
export const leavesEffects = ({ entry, decorators }: PreparedEntry): boolean =>
  entry.stickyMessages > 0 || entry.cooldownMessages > 0 || decorators.keepsAfterMatch || decorators.endsAfterMatch;

/** The effects an entry is under when the conversation has so many messages. */
export const effectNow = (state: LoreState, prepared: PreparedEntry, messageCount: number): EffectNow => {
  if (!leavesEffects(prepared)) return noEffect;
  const begun = effectsOf(state, prepared.key);
  if (begun.length === 0) return noEffect;
  const mark = markOf(prepared);
  const before = begun.filter((effect) => effect.at < messageCount && effect.mark === mark);
  const effect = before.at(-1);
  if (effect === undefined) return noEffect;
  const isSticky = messageCount <= effect.stickyUntil;
  const isCooling = !isSticky && messageCount <= effect.cooldownUntil;
  return { isSticky, isCooling, wasActive: before.some(({ isKept }) => isKept), effect };
};

const effectsOf = ({ effects }: LoreState, key: string): readonly LoreEffect[] =>
  (Object.hasOwn(effects, key) ? effects[key] : undefined) ?? [];

/**
 * The state after a scan. Running effects are not renewed by being found again; the others of entries that are active begin now, in
 * place of those that a former answer to the same message began. What later answers began stays, where one is made anew.
 * @param messagesNow messages that the conversation has now; more than `messageCount` where an answer is made anew
 */
export const nextState = (
  state: LoreState,
  scanned: { readonly entries: readonly PreparedEntry[]; readonly bookIds: ReadonlySet<string> },
  active: ReadonlySet<PreparedEntry>,
  messageCount: number,
  messagesNow = messageCount,
): LoreState => {
  const effects = new Map<string, readonly LoreEffect[]>();
  const prepared = new Map(scanned.entries.filter(leavesEffects).map((entry) => [entry.key, entry]));
  for (const [key, those] of Object.entries(state.effects)) {
    const entry = prepared.get(key);
    const isScanned = scanned.bookIds.has(key.slice(0, key.indexOf('/')));
    // Effects of books that were not scanned wait for them.
    if (isScanned && entry === undefined) continue;
    const mark = entry && markOf(entry);
    const still = those.filter((effect) => effect.at !== messageCount && effect.at < messagesNow);
    effects.set(
      key,
      worthKeeping(
        still.filter((effect) => mark === undefined || effect.mark === mark),
        messagesNow,
      ),
    );
  }
  for (const entry of prepared.values()) {
    if (!active.has(entry)) continue;
    const { isSticky, isCooling, wasActive } = effectNow(state, entry, messageCount);
    // What lasts for ever keeps its first day, so that only rewinding beyond it undoes it.
    const hasTime = entry.entry.stickyMessages > 0 || entry.entry.cooldownMessages > 0;
    if (isSticky || isCooling || (wasActive && !hasTime)) continue;
    const all = [...(effects.get(entry.key) ?? []), begun(entry, messageCount)];
    effects.set(
      entry.key,
      all.sort((one, other) => one.at - other.at),
    );
  }
  return stateOf(effects);
};

/** Without those that were over long ago; the first of those that are kept for good stays. */
const worthKeeping = (effects: readonly LoreEffect[], messagesNow: number): readonly LoreEffect[] => {
  const kept = effects.findIndex(({ isKept }) => isKept);
  const { pastMessagesMax } = bounds.loreScan;
  return effects.filter(
    ({ at, stickyUntil, cooldownUntil }, index) =>
      index === kept || messagesNow - Math.max(at, stickyUntil, cooldownUntil) <= pastMessagesMax,
  );
};

/** The newest effects count most where there are too many. */
const stateOf = (effects: ReadonlyMap<string, readonly LoreEffect[]>): LoreState => {
  const all = [...effects].flatMap(([key, those]) => those.map((effect) => ({ key, effect })));
  const newest = all.sort((one, other) => other.effect.at - one.effect.at).slice(0, bounds.loreScan.effectsMax);
  const kept = Map.groupBy(newest.reverse(), ({ key }) => key);
  return { effects: Object.fromEntries([...kept].map(([key, those]) => [key, those.map(({ effect }) => effect)])) };
};

const begun = (prepared: PreparedEntry, messageCount: number): LoreEffect => {
  const { entry, decorators } = prepared;
  const stickyUntil = messageCount + entry.stickyMessages;
  return {
    at: messageCount,
    stickyUntil,
    cooldownUntil: entry.cooldownMessages > 0 ? stickyUntil + entry.cooldownMessages : 0,
    isKept: decorators.keepsAfterMatch || decorators.endsAfterMatch,
    mark: markOf(prepared),
  };
};

/**
 * The state after messages went: effects that began with one of them are undone, later ones move up.
 * @param positions of those that went, as they were counted before, 1 the first
 */
export const stateWithout = ({ effects }: LoreState, positions: readonly number[]): LoreState => {
  const gone = new Set(positions);
  return mapped(effects, (effect) => {
    if (gone.has(effect.at + 1)) return undefined;
    return shifted(effect, positions.filter((position) => position <= effect.at).length);
  });
};

/**
 * The state of a conversation that goes only up to so many messages.
 * @param leftOut messages before them that a copy does not have
 */
export const stateThrough = ({ effects }: LoreState, messages: number, leftOut = 0): LoreState =>
  mapped(effects, (effect) => (effect.at < messages ? shifted(effect, leftOut) : undefined));

const mapped = (effects: LoreState['effects'], change: (effect: LoreEffect) => LoreEffect | undefined): LoreState =>
  stateOf(new Map(Object.entries(effects).map(([key, those]) => [key, those.flatMap((one) => change(one) ?? [])])));

const shifted = (effect: LoreEffect, by: number): LoreEffect => ({
  ...effect,
  at: effect.at - by,
  stickyUntil: effect.stickyUntil - by,
  cooldownUntil: effect.cooldownUntil === 0 ? 0 : effect.cooldownUntil - by,
});

const markOf = ({ entry }: PreparedEntry): string => {
  const { origin: _origin, ...own } = entry;
  return createHash('sha256').update(JSON.stringify(own)).digest('base64url').slice(0, 12);
};
