import type { ComposeInput, Draft } from './draft.ts';
import type { Choice } from './fit.ts';
import type { LayoutDraft } from './layout-draft.ts';
import { openingText } from './render.ts';

/** One piece of a prompt with its source, in the prompt's order; also what did not fit. */
export type PromptPart = {
  /** `layout`: the words of a preset's layout, with its places in braces; what stands in them follows. */
  readonly source:
    | Draft['persona'][number]['source']
    | 'layout'
    | 'conversation note'
    | 'turn'
    | 'replied-to'
    | 'question'
    | 'opening';
  readonly turnId?: string;
  readonly text: string;
  /** Whether it stands in the prompt. */
  readonly state: 'kept' | 'cut' | 'dropped';
};

/** What a prompt is made of, after the budget has decided. */
export const partsOf = (input: ComposeInput, draft: Draft | LayoutDraft, choice: Choice): readonly PromptPart[] => {
  const persona = draft.persona.map(
    (part): PromptPart => ({
      ...part,
      state: part.source === 'example dialogue' && !choice.hasExamples ? 'dropped' : 'kept',
    }),
  );
  const note: PromptPart = { source: 'conversation note', text: input.conversationNote?.trim() ?? '', state: 'kept' };
  const examplesAt = persona.findIndex((part) => part.source === 'example dialogue');
  const parts: PromptPart[] = persona.toSpliced(examplesAt === -1 ? persona.length : examplesAt, 0, note);
  if ('layout' in draft) parts.unshift({ source: 'layout', text: draft.words, state: 'kept' });
  for (const [index, { turnId, message }] of draft.history.entries())
    parts.push({ source: 'turn', turnId, text: message.content, state: index < choice.start ? 'dropped' : 'kept' });
  if ('layout' in draft && draft.replied)
    parts.push({ source: 'replied-to', turnId: draft.replied.turnId, text: draft.replied.message.content, state: 'kept' });
  for (const [index, { turnId, message }] of draft.tail.entries())
    parts.push({
      source: index === 0 ? 'question' : 'turn',
      turnId,
      text: index === 0 ? (choice.question ?? message.content) : message.content,
      state: index === 0 && choice.question !== undefined ? 'cut' : 'kept',
    });
  parts.push({ source: 'opening', text: openingText(input.template, draft.options), state: 'kept' });
  return parts.filter((part) => part.text !== '');
};
