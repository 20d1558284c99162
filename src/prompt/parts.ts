import type { ComposeInput, Draft, DraftEntry } from './draft.ts';
import type { Choice } from './fit.ts';
import { weave } from './inserts.ts';
import type { LayoutDraft } from './layout-draft.ts';
import { openingText } from './render.ts';

/** One piece of a prompt with its source, in the prompt's order; also what did not fit. */
export type PromptPart = {
  /** `layout`: the words of a preset's layout, with its places in braces; what stands in them follows. */
  readonly source: Draft['persona'][number]['source'] | 'layout' | 'turn' | 'pinned turn' | 'replied-to' | 'question' | 'opening';
  readonly turnId?: string;
  /** Which one of several inserts. */
  readonly label?: string;
  readonly text: string;
  /** Whether it stands in the prompt. */
  readonly state: 'kept' | 'cut' | 'dropped';
};

/** What a prompt is made of, after the budget has decided. */
export const partsOf = (input: ComposeInput, draft: Draft | LayoutDraft, choice: Choice): readonly PromptPart[] => {
  const parts: PromptPart[] = [];
  if ('layout' in draft) parts.push({ source: 'layout', text: draft.words, state: 'kept' });
  for (const { source, label, text, isExample } of draft.persona)
    parts.push({
      source,
      ...(label !== undefined && { label }),
      text,
      state: isExample && !choice.hasExamples ? 'dropped' : 'kept',
    });
  for (const { turnId, message, isPinned } of draft.history.slice(0, choice.start))
    if (!isPinned) parts.push({ source: 'turn', turnId, text: message.content, state: 'dropped' });
  // A layout has put what is inserted into its note.
  const inserts = 'layout' in draft ? [] : draft.inserts;
  const questionId = draft.tail[0]?.turnId;
  for (const woven of weave(keptEntries(draft, choice), inserts, input.open !== undefined)) {
    if ('insert' in woven) {
      const { source, label, text } = woven.insert;
      parts.push({ source, ...(label !== undefined && { label }), text: text.trim(), state: 'kept' });
      continue;
    }
    const { turnId, message, isPinned } = woven.entry;
    const isQuestion = turnId === questionId;
    if (isQuestion && 'layout' in draft && draft.replied)
      parts.push({ source: 'replied-to', turnId: draft.replied.turnId, text: draft.replied.message.content, state: 'kept' });
    const state = isQuestion && choice.question !== undefined ? 'cut' : 'kept';
    const source = isQuestion ? 'question' : isPinned ? 'pinned turn' : 'turn';
    parts.push({ source, turnId, text: message.content, state });
  }
  parts.push({ source: 'opening', text: openingText(input.template, draft.options), state: 'kept' });
  return parts.filter((part) => part.text !== '');
};

/** The turns before the question that stay, in order. */
export const keptHistory = ({ pinned, history }: Draft, { start }: Pick<Choice, 'start'>): readonly DraftEntry[] => [
  ...pinned,
  ...history.filter(({ isPinned }, index) => index >= start || isPinned),
];

/** The turns that stay, in order, the question as it may have been cut. */
export const keptEntries = (draft: Draft, choice: Choice): readonly DraftEntry[] => [
  ...keptHistory(draft, choice),
  ...draft.tail.map((entry, index) =>
    index === 0 && choice.question !== undefined ? { ...entry, message: { ...entry.message, content: choice.question } } : entry,
  ),
];
