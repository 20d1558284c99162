import { z } from 'zod';
import type { LayoutForm, LayoutSlot } from '../core/layout.ts';
import * as kind from './kinds.ts';
import { parseLayoutForm } from './layout-form.ts';

const messageSlots: readonly LayoutSlot[] = ['speaker', 'text'];
const instructionSlots: readonly LayoutSlot[] = [
  'name',
  'system',
  'description',
  'personality',
  'scenario',
  'greeting',
  'examples',
  'note',
  'history',
  'replied',
  'question',
];

/** A text, or a list of the lines of one. */
const form = (slots: readonly LayoutSlot[], needed: readonly LayoutSlot[] = []) =>
  z
    .union([z.string().max(20_000), z.array(z.string().max(20_000)).max(200)])
    .meta({ expected: 'a text or a list of lines, in double quotes' })
    .transform((given, context): LayoutForm => {
      const { form: parsed, problems } = parseLayoutForm(typeof given === 'string' ? given : given.join('\n'), slots);
      for (const message of problems) context.addIssue({ code: 'custom', message });
      for (const slot of needed)
        if (!names(parsed, slot)) context.addIssue({ code: 'custom', message: `must have {${slot}} in it` });
      return parsed;
    });

const names = (parsed: LayoutForm, slot: LayoutSlot): boolean =>
  parsed.some((piece) => (piece.kind === 'optional' ? names(piece.pieces, slot) : piece.kind === 'slot' && piece.slot === slot));

/** A preset's `layout`; docs/presets.md explains the keys. */
export const layoutSchema = z
  .strictObject({
    message: form(messageSlots, ['text']).default([{ kind: 'slot', slot: 'text' }]),
    history: z
      .strictObject({
        turnsMax: kind.whole(1, 1000),
        tokensMax: kind.whole(1),
        line: form(messageSlots, ['text']),
        none: z.string().max(1000).meta({ expected: 'a text' }).default(''),
      })
      .meta({ expected: 'turnsMax, tokensMax and line' })
      .optional(),
    instruction: form(instructionSlots),
    instructionToReply: form(instructionSlots).optional(),
    input: form(instructionSlots).optional(),
    opensWithName: kind.yesNo().default(false),
  })
  .meta({ expected: 'a group of indented keys, at least `instruction`' })
  .superRefine((layout, context) => {
    const report = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    const variants = { instruction: layout.instruction, instructionToReply: layout.instructionToReply };
    for (const [key, variant] of Object.entries(variants)) {
      if (variant === undefined) continue;
      if (![variant, layout.input ?? []].some((one) => names(one, 'question')))
        report(key, 'must have {question} in it, or `input` must');
      if (names(variant, 'history') && layout.history === undefined) report(key, 'has {history}, so `history` must say which');
    }
  });
