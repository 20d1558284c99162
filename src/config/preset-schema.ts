import { z } from 'zod';
import { presetName, writtenSettings } from './answer-schema.ts';
import * as kind from './kinds.ts';
import { layoutSchema } from './layout-schema.ts';

const line = (charactersMax = 300) => kind.text('a line of text', charactersMax);
const repository = () =>
  z
    .string()
    .regex(/^[\w.-]{1,96}\/[\w.-]{1,96}$/)
    .meta({ expected: 'a repository on Hugging Face, as owner/name' });
const gigabytes = () => kind.number(0.01, 10_000);

const quantSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Z0-9_]{1,16}$/)
      .meta({ expected: "a quant's name, such as Q4_K_M" }),
    bits: kind.whole(1, 32),
    fileGB: gigabytes(),
    memoryGB: gigabytes(),
    recommended: kind.yesNo().default(false),
  })
  .meta({ expected: 'name, bits, fileGB and memoryGB' });

const modelSchema = z
  .strictObject({
    original: repository(),
    repository: repository().optional(),
    file: z
      .string()
      .regex(/^[\w.-]*\{quant\}[\w.-]*\.gguf$/)
      .meta({ expected: 'the name of a .gguf file, with {quant} in it' }),
    contextKBPerToken: kind.number(0.1, 10_000),
    note: line().optional(),
    quants: z.array(quantSchema).min(1).max(64).meta({ expected: 'a list of quants' }),
  })
  .meta({ expected: 'original, file, contextKBPerToken and quants' });

/** A file in config/models/; docs/presets.md explains the keys. */
export const presetSchema = z
  .strictObject({
    name: line(80),
    description: line().default(''),
    extends: presetName('the name of another file in config/models/, without its extension').optional(),
    match: z.array(line(100)).max(32).meta({ expected: 'a list of patterns' }).default([]),
    template: kind.template().optional(),
    contextTokens: kind.whole(64).optional(),
    ...writtenSettings(),
    layout: layoutSchema.optional(),
    licence: z
      .strictObject({ name: line(80), note: line().optional() })
      .meta({ expected: 'name, and a note where there is something to know' })
      .optional(),
    model: modelSchema.optional(),
  })
  .meta({ expected: 'a preset: `name`, and what it sets' });

export type PresetFile = z.output<typeof presetSchema>;
