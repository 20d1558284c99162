import type { AuthorsNote } from '../core/conversation.ts';
import type { PersonaNote } from '../core/persona.ts';
import type { PromptLore } from '../lore/lore-inserts.ts';
import type { PromptInsert } from '../prompt/index.ts';

type PlacedNote = AuthorsNote & { readonly source: "author's note" | 'persona note' };

/** Where the note stands when there is only lore around it. */
const defaultPosition: PromptInsert['position'] = { at: 'depth', depth: 4, role: 'system' };

/**
 * The notes with the lore around them; without a note in this prompt its lore stands where a note would.
 * @param humanMessages by which the intervals count
 */
export const noteInserts = (
  note: AuthorsNote | undefined,
  personaNote: PersonaNote | undefined,
  { noteTop, noteBottom }: PromptLore,
  humanMessages: number,
): readonly PromptInsert[] => {
  const notes = notesOf(note, personaNote);
  const due = notes.filter(({ interval }) => humanMessages % interval === 0);
  // A note that rests rests with its lore.
  if (notes.length > 0 && due.length === 0) return [];
  const position = positionOf(due[0] ?? note);
  const around = (texts: PromptLore['noteTop']): readonly PromptInsert[] =>
    texts.map((text) => ({ source: 'lore', ...text, position }));
  return [
    ...around(noteTop),
    ...due.map((each): PromptInsert => ({ source: each.source, text: each.text, hasMacros: true, position: positionOf(each) })),
    ...around(noteBottom),
  ];
};

/** The notes that are on, in their order. Two stand together, where the conversation's does. */
const notesOf = (note: AuthorsNote | undefined, personaNote: PersonaNote | undefined): readonly PlacedNote[] => {
  const own = note === undefined || note.interval === 0 ? [] : [{ ...note, source: "author's note" } as const];
  if (personaNote === undefined || personaNote.interval === 0) return own;
  const personas: PlacedNote = { ...personaNote, source: 'persona note' };
  const [placed] = own;
  if (placed === undefined || personaNote.mode === 'replace') return [personas];
  const beside = { ...personas, position: placed.position, role: placed.role };
  return personaNote.mode === 'before' ? [beside, placed] : [placed, beside];
};

const positionOf = (note: Pick<AuthorsNote, 'position' | 'role'> | undefined): PromptInsert['position'] => {
  if (note === undefined) return defaultPosition;
  const { position, role } = note;
  return position.at === 'note' ? position : { ...position, role };
};
