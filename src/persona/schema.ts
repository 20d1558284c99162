import { z } from 'zod';
import { bounds } from '../core/bounds.ts';

/** A name people see: one line, not empty. */
const name = z
  .string()
  .trim()
  .max(bounds.nameCharactersMax)
  .regex(/[^\s\p{C}]/u)
  .regex(/^[^\n\r]*$/)
  .meta({ expected: `a name of one line and at most ${bounds.nameCharactersMax} characters` });

const text = z.string().nullable().meta({ expected: 'a text' }).optional();

const summary = z
  .string()
  .trim()
  .max(bounds.personaSummaryCharactersMax)
  .regex(/^[^\n\r]*$/)
  .nullable()
  .meta({ expected: `one line of at most ${bounds.personaSummaryCharactersMax} characters` })
  .optional();

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** A persona in this project's own form: strict, so that a mistyped name is noticed. */
export const personaSchema = z
  .strictObject({
    name,
    summary,
    systemPrompt: text,
    description: text,
    personality: text,
    scenario: text,
    greeting: text,
    exampleDialogue: text,
  })
  .meta({ expected: 'a persona: `name:` and what else it is, one under the other' });

/**
 * A character card as other programs write it, all names that were ever used for a field side by
 * side. What has no meaning here stays unread, so that every card can be used as it is.
 */
export const cardSchema = z
  .looseObject({
    name: name.or(z.literal('')).nullable().optional(),
    char_name: name.or(z.literal('')).nullable().optional(),
    /** Ours: cards have no line for lists. */
    summary,
    system_prompt: text,
    description: text,
    char_persona: text,
    personality: text,
    scenario: text,
    world_scenario: text,
    first_mes: text,
    char_greeting: text,
    mes_example: text,
    example_dialogue: text,
  })
  .refine((card) => isGiven(card.name) || isGiven(card.char_name), {
    path: ['name'],
    error: 'is missing: expected `name` or `char_name`',
    // Also when something else is wrong, so that all mistakes come at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .meta({ expected: 'a character card' });

/** A card of the second or third specification, which keeps its fields under `data`. */
export const wrappedCardSchema = z.looseObject({ data: cardSchema }).meta({ expected: 'a character card' });

export type PersonaFile = z.output<typeof personaSchema>;
export type Card = z.output<typeof cardSchema>;
