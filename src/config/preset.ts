import type { PromptLayout } from '../core/layout.ts';
import type { WrittenAnswer, WrittenSampling } from './answer-schema.ts';
import type { Mention } from './mentions.ts';

/** One file of a model. */
export type PresetQuant = {
  /** As in the file's name: `Q4_K_M`. */
  readonly name: string;
  readonly bits: number;
  /** Size of the file, in GB of 10⁹ bytes. */
  readonly fileGB: number;
  /** Memory that it needs without a graphics card and with a short context, in GB. */
  readonly memoryGB: number;
  readonly recommended: boolean;
};

/** Where a model is to be had. */
export type PresetModel = {
  /** The model's own repository on Hugging Face. */
  readonly original: string;
  /** The one with its GGUF files, where there is one. */
  readonly repository?: string;
  /** The name of its files, with `{quant}` in it. */
  readonly file: string;
  /** Memory of one token of context, in KB of 1000 bytes, in 16-bit numbers. */
  readonly contextKBPerToken: number;
  readonly note?: string;
  readonly quants: readonly PresetQuant[];
};

/** What suits a model, or a way of answering; a file in `config/models/`. What it does not set is absent. */
export type Preset = {
  /** The file's name without extension. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Patterns for a model's name or its file's: see `presetFor`. */
  readonly match: readonly string[];
  readonly template?: string;
  readonly contextTokens?: number;
  readonly sampling: WrittenSampling;
  readonly answer: WrittenAnswer;
  readonly layout?: PromptLayout;
  readonly licence?: { readonly name: string; readonly note?: string };
  readonly model?: PresetModel;
  /** The template that its file names. */
  readonly mentions: readonly Mention[];
};

/** All presets by id. */
export type Presets = ReadonlyMap<string, Preset>;

/** What is to be said when a preset is chosen whose licence restricts something; undefined otherwise. */
export const licenceNotice = ({ name, licence }: Preset): string | undefined =>
  licence?.note === undefined ? undefined : `${name} (${licence.name}): ${licence.note}`;
