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

const texts = z
  .array(z.string().meta({ expected: 'a text' }))
  .max(bounds.card.textsMax)
  .nullable()
  .meta({ expected: 'a list of texts' })
  .optional();

const summary = z
  .string()
  .trim()
  .max(bounds.personaSummaryCharactersMax)
  .regex(/^[^\n\r]*$/)
  .nullable()
  .meta({ expected: `one line of at most ${bounds.personaSummaryCharactersMax} characters` })
  .optional();

const depth = z.int().min(0).max(10_000).meta({ expected: 'a whole number from 0, counted from the last message' });
const role = z.enum(['system', 'user', 'assistant']).meta({ expected: 'system, user or assistant' });

/** A persona's note, in a file as in a card's `extensions.paddock`. */
export const noteSchema = z
  .strictObject({
    text: z.string().meta({ expected: 'a text' }),
    mode: z.enum(['replace', 'before', 'after']).meta({ expected: 'replace, before or after' }).default('replace'),
    interval: z.int().min(0).max(1000).meta({ expected: 'a whole number from 0 to 1000; 1 is every message' }).default(1),
    position: z.enum(['chat', 'scenario']).meta({ expected: 'chat or scenario' }).default('chat'),
    depth: depth.default(4),
    role: role.default('system'),
  })
  .meta({ expected: 'a group of `text:`, `mode:`, `interval:`, `position:`, `depth:` and `role:`' });

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** A persona in this project's own form: strict, so that a mistyped name is noticed. */
export const personaSchema = z
  .strictObject({
    name,
    nickname: name.nullable().optional(),
    summary,
    systemPrompt: text,
    description: text,
    personality: text,
    scenario: text,
    greeting: text,
    alternateGreetings: texts,
    groupOnlyGreetings: texts,
    exampleDialogue: text,
    postHistoryInstructions: text,
    depthPrompt: z
      .strictObject({
        text: z.string().meta({ expected: 'a text' }),
        depth: depth.default(4),
        role: role.default('system'),
      })
      .nullable()
      .meta({ expected: 'a group of `text:`, `depth:` and `role:`' })
      .optional(),
    note: noteSchema.nullable().optional(),
    talkativeness: z.number().min(0).max(1).nullable().meta({ expected: 'a number from 0 to 1' }).optional(),
    creatorNotes: text,
    creator: text,
    version: z.union([z.string(), z.number()]).transform(String).nullable().meta({ expected: 'a text' }).optional(),
    tags: texts,
    worldName: text,
    characterBook: z.record(z.string(), z.json()).nullable().meta({ expected: 'a lorebook: a group with `entries:`' }).optional(),
    avatar: z
      .string()
      .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,100}\.(png|jpe?g|webp|gif)$/iu)
      .nullable()
      .meta({ expected: 'the name of a picture (.png, .jpg, .webp or .gif) beside this file' })
      .optional(),
  })
  .meta({ expected: 'a persona: `name:` and what else it is, one under the other' });

/**
 * A character card as other programs write it, all names that were ever used for a field side by
 * side. Only the texts a character is made of are checked; of the rest what can be used is taken
 * (see card/card-fields.ts), so that every card can be used as it is.
 */
export const cardSchema = z
  .looseObject({
    name: text,
    char_name: text,
    /** Ours: cards have no line for lists. */
    summary,
    system_prompt: text,
    post_history_instructions: text,
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
export type CardTexts = z.output<typeof cardSchema>;
