import type { PreparedEntry } from './prepare-lorebook.ts';
import type { SkipReason } from './reasons.ts';

/** An entry about to become active. */
export type Candidate = {
  readonly prepared: PreparedEntry;
  readonly isSticky: boolean;
  /** How many of its keys were found. */
  readonly score: number;
};

type By = Extract<SkipReason, { readonly kind: 'group' }>['by'];

/**
 * Lets one candidate of every inclusion group win: sticky ones, then those with the most keys found (where that
 * counts), then the one that goes before others with the highest order, then one by weighted draw. A group
 * that has an active member already takes no other. An entry of several groups has to win in each.
 * @param candidates in the order in which they claim
 * @param active by group, the title of the member that won before
 * @param random 0 up to, but not including, 1; called once for each draw
 */
export const chooseInGroups = <Member extends Candidate>(
  candidates: readonly Member[],
  active: ReadonlyMap<string, string>,
  random: () => number,
): { readonly winners: readonly Member[]; readonly losers: ReadonlyMap<Member, SkipReason> } => {
  const losers = new Map<Member, SkipReason>();
  const groups = new Map<string, Member[]>();
  for (const candidate of candidates) {
    for (const group of candidate.prepared.groups) {
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [candidate]);
      else members.push(candidate);
    }
  }
  for (const [group, all] of groups) {
    const lose = (members: readonly Member[], winner: string, by: By): void => {
      for (const member of members) losers.set(member, { kind: 'group', group, by, winner });
    };
    let members = all.filter((member) => !losers.has(member));
    const before = active.get(group);
    if (before !== undefined) {
      // A sticky entry was the winner some messages ago and stays, whoever came first today.
      lose(
        members.filter((member) => !member.isSticky),
        before,
        'active',
      );
      continue;
    }
    const keep = (kept: readonly Member[], by: By): void => {
      const first = kept[0];
      if (first === undefined || kept.length === members.length) return;
      const keptOnes = new Set(kept);
      lose(
        members.filter((member) => !keptOnes.has(member)),
        titleOf(first),
        by,
      );
      members = [...kept];
    };
    keep(
      members.filter((member) => member.isSticky),
      'sticky',
    );
    const best = members.reduce((most, member) => Math.max(most, member.score), 0);
    if (members.some((member) => member.prepared.entry.usesGroupScore)) {
      keep(
        members.filter((member) => member.score === best || !member.prepared.entry.usesGroupScore),
        'score',
      );
    }
    const first = members.filter((member) => member.prepared.entry.groupOverride).sort(byOrder)[0];
    if (first !== undefined) keep([first], 'override');
    const drawn = members.length > 1 ? draw(members, random) : undefined;
    if (drawn !== undefined) keep([drawn], 'draw');
  }
  return { winners: candidates.filter((candidate) => !losers.has(candidate)), losers };
};

const byOrder = (a: Candidate, b: Candidate): number => b.prepared.entry.order - a.prepared.entry.order;

const titleOf = ({ prepared }: Candidate): string => prepared.entry.title || prepared.entry.id;

const draw = <Member extends Candidate>(members: readonly Member[], random: () => number): Member | undefined => {
  const total = members.reduce((sum, { prepared }) => sum + prepared.entry.groupWeight, 0);
  let left = random() * total;
  for (const member of members) {
    left -= member.prepared.entry.groupWeight;
    if (left < 0) return member;
  }
  // Weights of nothing at all: everybody has the same chance of being the last.
  return total > 0 ? members.at(-1) : members[Math.floor(random() * members.length)];
};
