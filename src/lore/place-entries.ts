import type { LoreRole } from '../core/lorebook.ts';
import type { SectionPosition } from './decorators.ts';
import type { PreparedEntry } from './prepare-lorebook.ts';

/** Where an entry's text goes. */
export type Placement = { readonly position: SectionPosition; readonly depth: number; readonly role: LoreRole };

/** The sections of the persona that stand in the prompt. */
export type PersonaSections = Readonly<Record<'personality' | 'scenario', boolean>>;

/** A text for the prompt, and whose it is. */
export type PlacedText = { readonly text: string; readonly bookId: string; readonly entryId: string; readonly title: string };

/** Texts that stand between the messages: below the last `depth` of them is where they go. */
export type PlacedAtDepth = { readonly depth: number; readonly role: LoreRole; readonly texts: readonly PlacedText[] };

/** All texts by place, each in the order in which they stand there: a higher order is nearer to the end. */
export type PlacedLore = {
  readonly before: readonly PlacedText[];
  /** Behind the persona's personality, and behind the scenario. */
  readonly personality: readonly PlacedText[];
  readonly scenario: readonly PlacedText[];
  readonly after: readonly PlacedText[];
  readonly noteTop: readonly PlacedText[];
  readonly noteBottom: readonly PlacedText[];
  readonly examplesTop: readonly PlacedText[];
  readonly examplesBottom: readonly PlacedText[];
  /** The deepest first; at one depth assistant, then user, then system. */
  readonly atDepth: readonly PlacedAtDepth[];
  /** By outlet name. */
  readonly outlets: ReadonlyMap<string, readonly PlacedText[]>;
};

/**
 * The entry's own place, or the one its decorators ask for. `@@position` goes before `@@depth`, that before `@@reverse_depth`; one that
 * asks for a section that is not there counts for nothing.
 */
export const placementOf = (
  { entry, decorators }: PreparedEntry,
  messageCount: number,
  sections: PersonaSections = { personality: true, scenario: true },
): Placement => {
  const role = decorators.role ?? entry.role;
  const { position } = decorators;
  const isThere = (position !== 'personality' && position !== 'scenario') || sections[position];
  if (position !== undefined && isThere) return { position, depth: entry.depth, role };
  if (decorators.depth !== undefined) return { position: 'depth', depth: decorators.depth, role };
  if (decorators.reverseDepth !== undefined) {
    return { position: 'depth', depth: Math.max(0, messageCount - decorators.reverseDepth), role };
  }
  return { position: entry.position, depth: entry.depth, role };
};

/** What has to be known of an active entry to place it; they come in the order of the books and of the entries in them. */
export type Placeable = PlacedText & { readonly placement: Placement; readonly order: number; readonly outletName: string };

/** Groups texts by place, in ascending order; of equal order the earlier book and entry stands first. Empty texts stand nowhere. */
export const placeEntries = (entries: readonly Placeable[]): PlacedLore => {
  const sorted = entries.filter((entry) => entry.text.trim() !== '').sort((a, b) => a.order - b.order);
  const at = (position: SectionPosition): readonly PlacedText[] =>
    sorted.filter(({ placement }) => placement.position === position).map(textOf);
  const outlets = new Map<string, PlacedText[]>();
  const depths = new Map<string, { readonly depth: number; readonly role: LoreRole; readonly texts: PlacedText[] }>();
  for (const entry of sorted) {
    const { position, depth, role } = entry.placement;
    if (position !== 'depth') continue;
    const key = `${depth} ${role}`;
    const group = depths.get(key) ?? { depth, role, texts: [] };
    group.texts.push(textOf(entry));
    depths.set(key, group);
  }
  for (const entry of sorted) {
    if (entry.placement.position !== 'outlet' || entry.outletName === '') continue;
    const texts = outlets.get(entry.outletName) ?? [];
    texts.push(textOf(entry));
    outlets.set(entry.outletName, texts);
  }
  return {
    before: at('before'),
    personality: at('personality'),
    scenario: at('scenario'),
    after: at('after'),
    noteTop: at('note-top'),
    noteBottom: at('note-bottom'),
    examplesTop: at('examples-top'),
    examplesBottom: at('examples-bottom'),
    atDepth: [...depths.values()].sort((a, b) => b.depth - a.depth || roles.indexOf(a.role) - roles.indexOf(b.role)),
    outlets,
  };
};

const roles: readonly LoreRole[] = ['assistant', 'user', 'system'];

const textOf = ({ text, bookId, entryId, title }: Placeable): PlacedText => ({ text, bookId, entryId, title });
