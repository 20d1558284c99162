import { defaultContextTokens } from '../config/config.ts';
import { presetFor } from '../config/match-preset.ts';
import type { Preset, PresetModel, PresetQuant, Presets } from '../config/preset.ts';
import { slotsMax } from '../engine/llama/child/auto-choices.ts';
import type { Machine } from './machine.ts';

/** Where a model can run: all of it on the graphics card, shared with the processor, on the processor alone, or nowhere. */
export type Fit = 'card' | 'shared' | 'memory' | 'no';

export type ListedQuant = PresetQuant & {
  /** The name of its file. */
  readonly fileName: string;
  /** Memory with the whole context of all slots, or of one where they are `auto`, in GB. */
  readonly needsGB: number;
  readonly fits: Fit;
  /** How many it would have here; with `auto` about as many as the engine would take. */
  readonly slots: number;
  /** The file in the models folder, where it is there already. */
  readonly isHere: boolean;
  /** How to get it; absent where there are no ready-made files. */
  readonly download?: string;
};

export type ListedModel = {
  readonly preset: Preset;
  readonly model: PresetModel;
  readonly contextTokens: number;
  /** Of all slots, or of one where they are `auto`. */
  readonly contextGB: number;
  readonly quants: readonly ListedQuant[];
  /** The one to take on this machine: the largest recommended one that fits, or else the largest that does. */
  readonly best?: ListedQuant;
};

/** What is asked of the engine on this machine. */
export type Wanted = {
  readonly slots: 'auto' | number;
  /** Tokens of each slot, where the configuration says so; the preset's otherwise. */
  readonly contextTokens: number | undefined;
  /** The models folder as it stands in commands. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly generalName: string }[];
};

/** Beside model and context: buffers of the engine, and the bot itself, in GB. */
const besideGB = { memory: 1, card: 0.6 };
/** What of the memory can be filled; the rest is the system's and other programs'. */
const usableShare = 0.9;

/** The presets that bring a model, the smallest model first, with what they need here. */
export const listModelPresets = (presets: Presets, machine: Machine, wanted: Wanted): readonly ListedModel[] =>
  [...presets.values()]
    .flatMap((preset) => (preset.model === undefined ? [] : [listed(preset, preset.model, machine, wanted)]))
    .toSorted((a, b) => sizeOf(a.model) - sizeOf(b.model) || a.preset.id.localeCompare(b.preset.id));

/** The files of the models folder, each with the preset that `auto` would find for it. */
export const listFiles = (
  presets: Presets,
  { files }: Wanted,
): readonly { readonly name: string; readonly presetId?: string }[] =>
  files.map(({ name, generalName }) => {
    const preset = presetFor(presets, { name: generalName, path: name });
    return { name, ...(preset && { presetId: preset.id }) };
  });

const sizeOf = ({ quants }: PresetModel): number => quants.at(-1)?.fileGB ?? 0;

const listed = (preset: Preset, model: PresetModel, machine: Machine, wanted: Wanted): ListedModel => {
  const contextTokens = wanted.contextTokens ?? preset.contextTokens ?? defaultContextTokens;
  const contextGB = (model.contextKBPerToken * contextTokens * (wanted.slots === 'auto' ? 1 : wanted.slots)) / 1e6;
  const quants = model.quants.map((quant): ListedQuant => {
    const fileName = model.file.replace('{quant}', quant.name);
    const needsGB = Math.max(quant.memoryGB, quant.fileGB + contextGB + besideGB.memory);
    const fits = fitOf(quant, contextGB, machine);
    return {
      ...quant,
      fileName,
      needsGB,
      fits,
      slots: wanted.slots === 'auto' ? autoSlots(quant, fits, contextGB, machine) : wanted.slots,
      // The engine library's own downloads put the owner before the name.
      isHere: wanted.files.some(({ name }) => name === fileName || name.endsWith(`_${fileName}`)),
      ...(model.repository !== undefined && {
        download: `npx --no node-llama-cpp pull --dir ${quoted(wanted.folder)} --filename ${fileName} hf:${model.repository}/${fileName}`,
      }),
    };
  });
  const fitting = quants.filter(({ fits }) => fits !== 'no');
  const best = fitting.findLast(({ recommended }) => recommended) ?? fitting.at(-1);
  return { preset, model, contextTokens, contextGB, quants, ...(best && { best }) };
};

const fitOf = (
  { fileGB, memoryGB }: PresetQuant,
  contextGB: number,
  { memoryGB: ram, graphicsMemoryGB: card = 0 }: Machine,
): Fit => {
  if (fileGB + contextGB + besideGB.card <= card * usableShare) return 'card';
  const needsGB = Math.max(memoryGB, fileGB + contextGB + besideGB.memory);
  if (needsGB <= ram * usableShare) return card > 0 ? 'shared' : 'memory';
  return card > 0 && needsGB <= (ram + card) * usableShare ? 'shared' : 'no';
};

/** About what `engine.slots: auto` takes, by the whole memory: what is free is only known once the model is loaded. */
const autoSlots = (
  { fileGB }: PresetQuant,
  fits: Fit,
  slotGB: number,
  { memoryGB: ram, graphicsMemoryGB: card = 0, cores }: Machine,
): number => {
  const isAllOnGpu = fits === 'card';
  const memoryGB = fits === 'card' ? card : fits === 'shared' ? ram + card : ram;
  const room = memoryGB * usableShare - fileGB - (isAllOnGpu ? besideGB.card : besideGB.memory);
  return Math.max(1, Math.min(slotsMax({ isAllOnGpu, cores }), Math.floor(room / slotGB)));
};

const quoted = (path: string): string => (/^[\w./\\:~-]+$/.test(path) ? path : JSON.stringify(path));
