import type { LoreRole } from '../core/lorebook.ts';
import type { PlacedLore, PlacedText } from './place-entries.ts';

/** A text of a lorebook, and the name of its entry for people. */
export type LoreText = { readonly label: string; readonly text: string };

/** A text and where it stands in the prompt; has the shape of the prompt's own inserts. */
export type LoreInsert = LoreText & {
  readonly source: 'lore';
  readonly position:
    | { readonly at: 'before' | 'personality' | 'scenario' | 'after' | 'examples-top' | 'examples-bottom' }
    | { readonly at: 'depth'; readonly depth: number; readonly role: LoreRole };
};

/** Placed lore as the prompt takes it. What stands around the author's note, and what texts ask for by name, comes apart. */
export type PromptLore = {
  readonly inserts: readonly LoreInsert[];
  readonly noteTop: readonly LoreText[];
  readonly noteBottom: readonly LoreText[];
  /** By outlet name, for the macro `{{outlet::name}}`. */
  readonly outlets: ReadonlyMap<string, string>;
};

export const noLore: PromptLore = { inserts: [], noteTop: [], noteBottom: [], outlets: new Map() };

export const promptLoreOf = (placed: PlacedLore): PromptLore => {
  const inserts = (texts: readonly PlacedText[], position: LoreInsert['position']): readonly LoreInsert[] =>
    texts.map((placedText) => ({ source: 'lore', ...loreText(placedText), position }));
  return {
    inserts: [
      ...inserts(placed.before, { at: 'before' }),
      ...inserts(placed.personality, { at: 'personality' }),
      ...inserts(placed.scenario, { at: 'scenario' }),
      ...inserts(placed.after, { at: 'after' }),
      ...inserts(placed.examplesTop, { at: 'examples-top' }),
      ...inserts(placed.examplesBottom, { at: 'examples-bottom' }),
      ...placed.atDepth.flatMap(({ depth, role, texts }) => inserts(texts, { at: 'depth', depth, role })),
    ],
    noteTop: placed.noteTop.map(loreText),
    noteBottom: placed.noteBottom.map(loreText),
    outlets: new Map([...placed.outlets].map(([name, texts]) => [name, texts.map(({ text }) => text).join('\n')])),
  };
};

const loreText = ({ title, entryId, text }: PlacedText): LoreText => ({ label: title.trim() || entryId, text });
