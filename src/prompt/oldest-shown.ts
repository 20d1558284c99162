import type { ComposeInput } from './draft.ts';
import { splitTurns, startIdOf } from './draft.ts';
import { layoutWindow } from './layout-draft.ts';

/** The id of the oldest turn that can stand in a prompt without being pinned; undefined where there is none at all. */
export const oldestShown = (input: ComposeInput): string | undefined => {
  const { layout } = input;
  const { before, after } = splitTurns(input, layout === undefined ? startIdOf(input) : undefined);
  const shown = [...(layout === undefined ? before : layoutWindow(before, layout)), ...after];
  return shown
    .map(({ id }) => id)
    .reduce<string | undefined>((oldest, id) => (oldest === undefined || id < oldest ? id : oldest), undefined);
};
