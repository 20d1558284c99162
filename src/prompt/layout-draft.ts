import { shownText, type Turn } from '../core/conversation.ts';
import type { LayoutForm, PromptLayout } from '../core/layout.ts';
import type { ChatMessage, Prompt } from '../core/prompt.ts';
import {
  type Cast,
  type ComposeInput,
  castOf,
  type Draft,
  type DraftEntry,
  lines,
  pinnedBefore,
  splitTurns,
  stopStrings,
  textsOf,
} from './draft.ts';
import type { Choice } from './fit.ts';
import { createLabelGuard } from './labels.ts';
import { fillForm, formText, type LayoutValues, layoutOpening, showsSpeakers, slotsOf } from './layout.ts';
import { speakerLabel } from './names.ts';
import { keptHistory } from './parts.ts';
import type { PersonaPart } from './persona-text.ts';
import type { RenderOptions } from './render.ts';

/** A draft whose parts a layout puts into one instruction. Its history holds the lines as they will stand there. */
export type LayoutDraft = Draft & {
  readonly layout: PromptLayout;
  readonly instruction: LayoutForm;
  /** What the instruction says in its own words, for a person to read. */
  readonly words: string;
  /** The message replied to, as it stands in the instruction. */
  readonly replied?: DraftEntry;
  /** The slots that don't depend on the budget. */
  readonly values: LayoutValues;
};

/** Orders and names a conversation for a layout. Pure. */
export const createLayoutDraft = (input: ComposeInput, layout: PromptLayout): LayoutDraft => {
  const { template } = input;
  const cast = castOf(input);
  // A layout looks back a fixed number of turns, wherever other prompts of this conversation began.
  const { before, after } = splitTurns(input, undefined);
  const [question] = after;
  const write = writer(layout, cast, input.pins ?? []);
  const { fields, inserts, variables } = textsOf(input, cast);
  const answered = repliedTo(input.turns, question);
  const chosen = answered !== undefined && layout.instructionToReply ? layout.instructionToReply : layout.instruction;
  const note = [input.conversationNote ?? '', ...inserts.map(({ text }) => text)]
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n');
  // There is no place for notes and lore but the layout's own, or its beginning.
  const hasPlace = note === '' || slotsOf([...chosen, ...(layout.input ?? [])]).has('note');
  const instruction: LayoutForm = hasPlace ? chosen : [{ kind: 'slot', slot: 'note' }, { kind: 'text', text: '\n\n' }, ...chosen];
  const slots = slotsOf([...instruction, ...(layout.input ?? [])]);
  const replied = answered !== undefined && slots.has('replied') ? write(answered, layout.message) : undefined;

  const { history } = layout;
  const window = layoutWindow(before, layout);
  const open = input.open === undefined ? '' : lines(input.open);
  return {
    layout,
    instruction,
    words: formText(instruction),
    ...(replied && { replied }),
    values: {
      ...fields,
      note,
      replied: replied?.message.content ?? '',
      speaker: question === undefined ? '' : (cast.names.get(question.speaker.id) ?? ''),
    },
    persona: [
      ...partSources.flatMap(([slot, source]): readonly PersonaPart[] =>
        slots.has(slot) && fields[slot] !== ''
          ? [{ source, text: fields[slot], ...(slot === 'examples' && { isExample: true }) }]
          : [],
      ),
      ...(note === '' ? [] : [{ source: 'conversation note' as const, text: note }]),
    ],
    inserts,
    variables,
    pinned: history === undefined ? [] : pinnedBefore(input, [...window, ...after]).map((turn) => write(turn, history.line)),
    history: history === undefined ? [] : window.map((turn) => write(turn, history.line)),
    tail: question === undefined ? [] : [write(question, [{ kind: 'slot', slot: 'text' }])],
    options: {
      names: 'never',
      open: layout.opensWithName && template.nameOpening ? layoutOpening(cast.name, open) : open,
    },
    stopStrings: stopStrings(template, cast),
  };
};

/** The turns that a layout looks back at, of those before the question. */
export const layoutWindow = (before: readonly Turn[], { history }: PromptLayout): readonly Turn[] =>
  history === undefined ? [] : before.filter((turn) => shownText(turn).trim() !== '').slice(-history.turnsMax);

/** What a layout makes of a choice: a single message of a human, and what goes with it. */
export const layoutMessages = (
  draft: LayoutDraft,
  choice: Choice,
): { readonly messages: readonly ChatMessage[]; readonly options: RenderOptions } => {
  const { layout } = draft;
  const { speaker = '', ...fixed } = draft.values;
  const history = keptHistory(draft, choice)
    .map(({ message }) => message.content)
    .join('');
  const text = choice.question ?? draft.tail[0]?.message.content ?? '';
  const values: LayoutValues = {
    ...fixed,
    examples: choice.hasExamples ? (fixed.examples ?? '') : '',
    history: history === '' ? (layout.history?.none ?? '') : history,
    question: fillForm(layout.message, { speaker, text }),
  };
  return {
    messages: [{ role: 'user', content: fillForm(draft.instruction, values) }],
    options: { ...draft.options, ...(layout.input && { input: fillForm(layout.input, values) }) },
  };
};

/** The index of the oldest line from which on all together have at most so many tokens. */
export const firstWithin = async (
  history: readonly DraftEntry[],
  tokensMax: number,
  countTokens: (prompts: readonly Prompt[]) => Promise<readonly number[]>,
): Promise<number> => {
  if (history.length === 0) return 0;
  const counts = await countTokens(history.map(({ message }): Prompt => [{ kind: 'text', text: message.content }]));
  let left = tokensMax;
  return (
    counts.findLastIndex((count) => {
      left -= count;
      return left < 0;
    }) + 1
  );
};

const partSources = [
  ['system', 'system prompt'],
  ['description', 'description'],
  ['personality', 'personality'],
  ['scenario', 'scenario'],
  ['greeting', 'greeting'],
  ['examples', 'example dialogue'],
] as const;

/** Writes turns by a form; where speakers are shown, nobody can open a line in another's name. */
const writer = (layout: PromptLayout, cast: Cast, pins: readonly Turn[]): ((turn: Turn, form: LayoutForm) => DraftEntry) => {
  const pinned = new Set(pins.map(({ id }) => id));
  const guard = showsSpeakers(layout)
    ? createLabelGuard([...cast.names.values()].map(speakerLabel), 'line-start')
    : (text: string) => text;
  return (turn, form) => {
    const text = lines(shownText(turn));
    const content = fillForm(form, {
      speaker: cast.names.get(turn.speaker.id) ?? '',
      text: turn.role === 'user' ? guard(text) : text,
    });
    return { turnId: turn.id, message: { role: turn.role, content }, ...(pinned.has(turn.id) && { isPinned: true }) };
  };
};

const repliedTo = (turns: readonly Turn[], question: Turn | undefined): Turn | undefined => {
  const turn = question?.replyTo === undefined ? undefined : turns.find(({ id }) => id === question.replyTo);
  return turn !== undefined && shownText(turn).trim() !== '' ? turn : undefined;
};
