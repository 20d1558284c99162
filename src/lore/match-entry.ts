import type { Findings, Reach } from './findings.ts';
import type { PreparedEntry, PreparedLorebook } from './prepare-lorebook.ts';
import type { ActivationCause, FoundKey, SkipReason } from './reasons.ts';

/** Whether the texts activate an entry; `score` is the number of its keys that were found, for groups. */
export type Match =
  | { readonly cause: ActivationCause; readonly score: number; readonly reason?: never }
  | { readonly cause?: never; readonly reason: SkipReason };

const notFound: Match = { reason: { kind: 'not-found' } };
const noKeys: Match = { reason: { kind: 'no-keys' } };

/** Whether an entry's keys, and the conditions that its decorators add to them, are met. */
export const matchKeys = (prepared: PreparedEntry, book: PreparedLorebook, findings: Findings, reach: Reach): Match => {
  const found = (terms: readonly number[]): readonly FoundKey[] =>
    terms.flatMap((term) => {
      const at = findings.find(term, reach);
      return at === undefined ? [] : [{ key: book.terms[term]?.key ?? '', at }];
    });
  const { entry, keys, secondaryKeys, additionalKeys, excludeKeys, decorators } = prepared;
  // A constant's keys still count in a group, but none is needed.
  const primary = found(keys);
  if (!entry.isConstant) {
    if (keys.length === 0) return noKeys;
    if (primary.length === 0) return notFound;
  }
  if (decorators.additionalKeys.length > 0 && found(additionalKeys).length === 0) return { reason: { kind: 'additional-keys' } };
  const excluded = found(excludeKeys)[0];
  if (excluded !== undefined) return { reason: { kind: 'excluded-key', key: excluded.key } };
  const secondary = found(secondaryKeys);
  if (entry.isConstant) return { cause: { kind: 'constant' }, score: primary.length };
  if (secondaryKeys.length === 0) return { cause: { kind: 'keys', keys: primary, secondaryKeys: [] }, score: primary.length };

  const isAny = secondary.length > 0;
  const isAll = secondary.length === secondaryKeys.length;
  const logic = entry.secondaryLogic;
  const isMet = { 'and-any': isAny, 'and-all': isAll, 'not-any': !isAny, 'not-all': !isAll }[logic];
  if (!isMet) {
    const names = secondary.map(({ key }) => key);
    const all = secondaryKeys.map((term) => book.terms[term]?.key ?? '');
    return { reason: { kind: 'secondary', logic, found: names, missing: all.filter((name) => !names.includes(name)) } };
  }
  const isWanted = logic === 'and-any' || logic === 'and-all';
  return {
    cause: { kind: 'keys', keys: primary, secondaryKeys: isWanted ? secondary : [] },
    score: primary.length + (isWanted ? secondary.length : 0),
  };
};
