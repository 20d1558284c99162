import type { ConversationSettings } from '../core/conversation.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import type { PersonaNote } from '../core/persona.ts';
import type { PromptLore } from '../lore/lore-inserts.ts';
import type { PromptInsert } from '../prompt/index.ts';
import type { MemberTold } from './members-told.ts';
import { noteInserts } from './note-inserts.ts';

/** A human who takes part, as the prompt names them, and what they say about themselves. */
export type KnownHuman = { readonly name: string; readonly persona: HumanPersona };

/** What stands in a prompt besides persona and turns. */
export type InsertSources = {
  readonly settings: ConversationSettings;
  /** The note of the persona that answers. */
  readonly personaNote: PersonaNote | undefined;
  readonly lore: PromptLore;
  /** The other members of a scene, as far as the prompt tells of them. */
  readonly members: readonly MemberTold[];
  readonly humans: readonly KnownHuman[];
  /** Messages of humans so far, by which the notes' intervals count. */
  readonly humanMessages: number;
  /** Older messages that are brought back. */
  readonly recalled: readonly PromptInsert[];
  /** What is wished of this one answer. */
  readonly guidance?: string | undefined;
};

/** Puts lore, notes and what is known of the humans into the prompt's places, in its order. Pure. */
export const insertsOf = ({
  settings,
  personaNote,
  lore,
  members,
  humans,
  humanMessages,
  recalled,
  guidance,
}: InsertSources): readonly PromptInsert[] => [
  ...members.flatMap(({ name, examples }): readonly PromptInsert[] =>
    examples === undefined ? [] : [{ source: 'scene member', label: name, text: examples, position: { at: 'examples-bottom' } }],
  ),
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
  ...noteInserts(settings.note, personaNote, lore, humanMessages),
  ...(guidance === undefined ? [] : [{ source: 'guidance', text: guidance, position: { at: 'end' } } as const]),
];

const summaryInsert = ({ summary, isSummarised = true }: ConversationSettings): readonly PromptInsert[] =>
  summary === undefined || !isSummarised
    ? []
    : [{ source: 'summary', text: `What was said before, in short: ${summary.text.trim()}`, position: { at: 'summary' } }];
