import type { AuthorsNote, ConversationSettings } from '../core/conversation.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import type { PromptLore } from '../lore/lore-inserts.ts';
import type { PromptInsert } from '../prompt/index.ts';

/** A human who takes part, as the prompt names them, and what they say about themselves. */
export type KnownHuman = { readonly name: string; readonly persona: HumanPersona };

/** What stands in a prompt besides persona and turns. */
export type InsertSources = {
  readonly settings: ConversationSettings;
  readonly lore: PromptLore;
  /** The other members of a scene, as far as the prompt tells of them. */
  readonly members: readonly { readonly name: string; readonly text: string }[];
  readonly humans: readonly KnownHuman[];
  /** Messages of humans so far, by which the note's interval counts. */
  readonly humanMessages: number;
  /** Older messages that are brought back. */
  readonly recalled: readonly PromptInsert[];
  /** What is wished of this one answer. */
  readonly guidance?: string | undefined;
};

/** Puts lore, notes and what is known of the humans into the prompt's places, in its order. Pure. */
export const insertsOf = ({
  settings,
  lore,
  members,
  humans,
  humanMessages,
  recalled,
  guidance,
}: InsertSources): readonly PromptInsert[] => [
  ...lore.inserts,
  ...members.flatMap(({ name, text }): readonly PromptInsert[] =>
    text === '' ? [] : [{ source: 'scene member', label: name, text: `About ${name}: ${text}`, position: { at: 'after' } }],
  ),
  ...humans.flatMap(({ name, persona: { description = '' } }): readonly PromptInsert[] =>
    description.trim() === ''
      ? []
      : [
          {
            source: "human's persona",
            label: name,
            text: `About ${name}: ${description.trim()}`,
            position: { at: 'human' },
          },
        ],
  ),
  ...summaryInsert(settings),
  ...recalled,
  ...noteInserts(settings.note, lore, humanMessages),
  ...(guidance === undefined ? [] : [{ source: 'guidance', text: guidance, position: { at: 'end' } } as const]),
];

const summaryInsert = ({ summary, isSummarised = true }: ConversationSettings): readonly PromptInsert[] =>
  summary === undefined || !isSummarised
    ? []
    : [{ source: 'summary', text: `What was said before, in short: ${summary.text.trim()}`, position: { at: 'summary' } }];

/** Where the note stands when there is only lore around it. */
const notePosition = { at: 'depth', depth: 4, role: 'system' } as const;

/** The note with the lore around it; without a note in this prompt its lore stands where a note would. */
const noteInserts = (
  note: AuthorsNote | undefined,
  { noteTop, noteBottom }: PromptLore,
  humanMessages: number,
): readonly PromptInsert[] => {
  const isDue = note !== undefined && note.interval > 0 && humanMessages % note.interval === 0;
  // A note that rests rests with its lore.
  if (note !== undefined && !isDue && note.interval > 0) return [];
  const position: PromptInsert['position'] =
    note === undefined ? notePosition : note.position.at === 'note' ? note.position : { ...note.position, role: note.role };
  const around = (texts: PromptLore['noteTop']): readonly PromptInsert[] =>
    texts.map((text) => ({ source: 'lore', ...text, position }));
  return [
    ...around(noteTop),
    ...(isDue ? [{ source: "author's note", text: note.text, hasMacros: true, position } as const] : []),
    ...around(noteBottom),
  ];
};
