import type { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { Persona, PersonaNote } from '../core/persona.ts';
import { noteSchema } from './schema.ts';
import { clean } from './texts.ts';

type WrittenNote = z.output<typeof noteSchema>;

/** The note as personas have it; none where it says nothing. */
export const withNote = (written: WrittenNote | null | undefined): Pick<Persona, 'note'> => {
  const text = clean(written?.text ?? '');
  if (!written || text === '') return {};
  const { mode, interval, position, depth, role } = written;
  return { note: { text, mode, interval, role, position: position === 'scenario' ? { at: 'note' } : { at: 'depth', depth } } };
};

/** The same as `noteSchema` reads it. */
export const writtenNote = ({ text, mode, interval, position, role }: PersonaNote): JsonObject => ({
  text,
  mode,
  interval,
  ...(position.at === 'note' ? { position: 'scenario' } : { position: 'chat', depth: position.depth }),
  role,
});

/** The note of a card, which is anybody's file. `isWrong`: there is something that is none. */
export const noteOfCard = (value: unknown): Pick<Persona, 'note'> & { readonly isWrong?: true } => {
  if (value === undefined || value === null) return {};
  const { data } = noteSchema.safeParse(value);
  return data === undefined ? { isWrong: true } : withNote(data);
};
