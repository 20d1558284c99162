import { createHash } from 'node:crypto';
import { bounds } from '../core/bounds.ts';
import { isFields, own } from './clean-value.ts';
import type { PreparedEntry } from './prepare-lorebook.ts';

/**
 * What an activation leaves behind, in numbers of messages that the conversation has. It holds only
 * while the conversation is longer than `at`: a new answer to the same message, or a message taken back, undoes it.
 */
export type LoreEffect = {
  /** Messages there were when it began. */
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

/** The timed effects of a conversation, by `book/entry`; plain JSON, stored with the conversation. */
export type LoreState = { readonly effects: Readonly<Record<string, LoreEffect>> };

/** The state of a conversation in which nothing was active yet. */
export const emptyLoreState: LoreState = { effects: {} };

/** A stored state as it came back; what is not one is dropped. */
export const readLoreState = (value: unknown): LoreState => {
  const effects = isFields(value) ? own(value, 'effects') : undefined;
  if (!isFields(effects)) return emptyLoreState;
  const kept = Object.entries(effects)
    .slice(0, bounds.loreScan.effectsMax)
    .flatMap(([key, effect]): [string, LoreEffect][] => {
      if (!isFields(effect)) return [];
      const [at, stickyUntil, cooldownUntil] = ['at', 'stickyUntil', 'cooldownUntil'].map((name) => own(effect, name));
      const mark = own(effect, 'mark');
      if (typeof at !== 'number' || typeof stickyUntil !== 'number' || typeof cooldownUntil !== 'number') return [];
      if (typeof mark !== 'string' || key === '__proto__') return [];
      return [[key, { at, stickyUntil, cooldownUntil, isKept: own(effect, 'isKept') === true, mark }]];
    });
  return { effects: Object.fromEntries(kept) };
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
  if (!leavesEffects(prepared) || !Object.hasOwn(state.effects, prepared.key)) return noEffect;
  const effect = state.effects[prepared.key];
  if (effect === undefined || effect.at >= messageCount || effect.mark !== markOf(prepared)) return noEffect;
  const isSticky = messageCount <= effect.stickyUntil;
  return { isSticky, isCooling: !isSticky && messageCount <= effect.cooldownUntil, wasActive: effect.isKept, effect };
};

/**
 * The state after a scan. Running effects are not renewed by being found again; the others of entries
 * that are active begin now. Effects of books that were not scanned wait for them.
 */
export const nextState = (
  state: LoreState,
  scanned: { readonly entries: readonly PreparedEntry[]; readonly bookIds: ReadonlySet<string> },
  active: ReadonlySet<PreparedEntry>,
  messageCount: number,
): LoreState => {
  const effects = new Map<string, LoreEffect>();
  for (const [key, effect] of Object.entries(state.effects)) {
    const isScanned = scanned.bookIds.has(key.slice(0, key.indexOf('/')));
    const isOver = !effect.isKept && messageCount > effect.stickyUntil && messageCount > effect.cooldownUntil;
    if (!isScanned && effect.at < messageCount && !isOver) effects.set(key, effect);
  }
  for (const prepared of scanned.entries) {
    if (!leavesEffects(prepared)) continue;
    const now = effectNow(state, prepared, messageCount);
    const isRunning = now.isSticky || now.isCooling || now.wasActive;
    if (now.effect !== undefined && isRunning && !(active.has(prepared) && !now.isSticky && !now.isCooling)) {
      effects.set(prepared.key, now.effect);
    } else if (active.has(prepared)) effects.set(prepared.key, begun(prepared, messageCount, now));
  }
  // The newest effects count most where there are too many.
  const kept = [...effects].sort((a, b) => b[1].at - a[1].at).slice(0, bounds.loreScan.effectsMax);
  return { effects: Object.fromEntries(kept) };
};

const begun = (prepared: PreparedEntry, messageCount: number, now: EffectNow): LoreEffect => {
  const { entry, decorators } = prepared;
  const stickyUntil = messageCount + entry.stickyMessages;
  // What lasts for ever keeps its first day, so that only rewinding beyond it undoes it.
  const hasTime = entry.stickyMessages > 0 || entry.cooldownMessages > 0;
  if (now.wasActive && !hasTime && now.effect !== undefined) return now.effect;
  return {
    at: messageCount,
    stickyUntil,
    cooldownUntil: entry.cooldownMessages > 0 ? stickyUntil + entry.cooldownMessages : 0,
    isKept: decorators.keepsAfterMatch || decorators.endsAfterMatch,
    mark: markOf(prepared),
  };
};

const markOf = ({ entry }: PreparedEntry): string => {
  const { origin: _origin, ...own } = entry;
  return createHash('sha256').update(JSON.stringify(own)).digest('base64url').slice(0, 12);
};
