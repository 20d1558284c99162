import { join, relative } from 'node:path';
import { inFolder } from '../app/folder-error.ts';
import { createModelsFolder } from '../commands/models-folder.ts';
import { loadPresets } from '../config/load-presets.ts';
import { namesOfFile } from '../config/match-preset.ts';
import type { Preset, Presets } from '../config/preset.ts';
import type { Options } from './arguments.ts';
import type { LoadedSettings } from './load-settings.ts';
import { lookAtMachine, type Machine } from './machine.ts';
import { type Fit, type ListedModel, listFiles, listModelPresets, type Wanted } from './model-list.ts';

/** Lists the presets with what they need and what this machine has. Throws what bad preset files throw. */
export const listModels = async ({ config }: LoadedSettings, options: Options): Promise<number> => {
  const { folders, engine } = config;
  const presets = loadPresets(folders.presets, folders.root);
  const names = await inFolder(folders.models, createModelsFolder(folders.models).list);
  const inside = relative(process.cwd(), folders.models);
  const wanted: Wanted = {
    slots: engine.slots,
    contextTokens: engine.isContextAuto ? undefined : engine.contextTokens,
    folder: inside.startsWith('..') ? folders.models : inside,
    files: names.map((name) => ({ name, generalName: namesOfFile(join(folders.models, name)).name })),
  };
  const machine = await lookAtMachine();
  process.stdout.write(options.json ? modelsJson(presets, machine, wanted) : modelsText(presets, machine, wanted));
  return 0;
};

/** The list for a person. */
export const modelsText = (presets: Presets, machine: Machine, wanted: Wanted): string => {
  const models = listModelPresets(presets, machine, wanted);
  const files = listFiles(presets, wanted);
  const others = [...presets.values()].filter(({ model }) => model === undefined);
  const slots = slotsText(wanted.slots);
  return `${[
    `This machine has ${gigabytes(machine.memoryGB)} of memory, and ${
      machine.graphicsMemoryGB === undefined
        ? 'no graphics card whose memory can be told without loading the engine'
        : `${gigabytes(machine.graphicsMemoryGB)} on its graphics card`
    }.`,
    wanted.slots === 'auto'
      ? '"needs" is memory for the model with the context of one slot; "slots" is how many engine.slots: auto would take here; * marks the quants to prefer.'
      : `"needs" is memory for the model with the context of ${slots} (engine.slots); * marks the quants to prefer.`,
    ...models.map((model) => modelText(model, machine, wanted.slots)),
    ...(others.length === 0
      ? []
      : [['Ways of answering, for any model:', ...others.map(({ id, description }) => `  ${id}  ${description}`)].join('\n')]),
    [
      files.length === 0 ? `There are no model files in ${wanted.folder} yet.` : `In ${wanted.folder}:`,
      ...files.map(
        ({ name, presetId }) => `  ${name}  ${presetId === undefined ? 'no preset is made for it' : `preset ${presetId}`}`,
      ),
    ].join('\n'),
  ].join('\n\n')}\n`;
};

const slotsText = (slots: number | 'auto'): string => (slots === 1 || slots === 'auto' ? '1 slot' : `${slots} slots`);

const modelText = (
  { preset, model, quants, best, contextTokens, contextGB }: ListedModel,
  machine: Machine,
  slots: number | 'auto',
): string => {
  const isAuto = slots === 'auto';
  const rows = quants.map(({ name, bits, fileGB, needsGB, fits, slots: own, recommended, isHere }) => [
    `${recommended ? '*' : ' '} ${name}`,
    `${bits} bit`,
    gigabytes(fileGB),
    gigabytes(needsGB),
    ...(isAuto ? [fits === 'no' ? '–' : String(own)] : []),
    `${fitText(fits, machine)}${isHere ? ', already here' : ''}`,
  ]);
  return [
    `${preset.id}`,
    `  ${preset.description}`,
    `  Licence: ${licenceText(preset)}`,
    isAuto
      ? `  Context: ${contextTokens} tokens, ${gigabytes(contextGB)} for each slot.`
      : `  Context: ${contextTokens} tokens for each of ${slotsText(slots)}, ${gigabytes(contextGB)} in all.`,
    ...table([['  quant', '', 'file', 'needs', ...(isAuto ? ['slots'] : []), ''], ...rows]).map((line) => `  ${line}`),
    `  ${howToGet(model, best)}`,
  ].join('\n');
};

const licenceText = ({ licence }: Preset): string =>
  licence === undefined ? 'not known.' : licence.note === undefined ? `${licence.name}.` : `${licence.name}; ${licence.note}`;

const howToGet = ({ note, original }: ListedModel['model'], best: ListedModel['best']): string => {
  if (best === undefined) return 'Too large for this machine; a smaller engine.contextTokens or fewer engine.slots need less.';
  if (best.isHere) return `Here: ${best.fileName}`;
  return best.download === undefined
    ? `Original: https://huggingface.co/${original}. ${note ?? ''}`.trimEnd()
    : `Get ${best.name}: ${best.download}`;
};

const fitText = (fits: Fit, machine: Machine): string => {
  switch (fits) {
    case 'card':
      return 'fits the graphics card';
    case 'shared':
      return 'fits card and memory together';
    case 'memory':
      return 'fits the memory';
    case 'no':
      return machine.graphicsMemoryGB === undefined ? 'too large for the memory' : 'too large';
    default:
      return fits satisfies never;
  }
};

/** Columns as wide as their widest entry; numbers stand right. */
const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === row.length - 1 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
};

const gigabytes = (value: number): string => `${value.toFixed(1)} GB`;

/** The same for a program. */
export const modelsJson = (presets: Presets, machine: Machine, wanted: Wanted): string => {
  const round = (value: number): number => Math.round(value * 100) / 100;
  const value = {
    machine: {
      memoryGB: round(machine.memoryGB),
      graphicsMemoryGB: machine.graphicsMemoryGB === undefined ? null : round(machine.graphicsMemoryGB),
    },
    slots: wanted.slots,
    models: listModelPresets(presets, machine, wanted).map(({ preset, model, contextTokens, contextGB, quants, best }) => ({
      preset: preset.id,
      name: preset.name,
      description: preset.description,
      template: preset.template ?? 'auto',
      licence: preset.licence ?? null,
      contextTokens,
      contextGB: round(contextGB),
      original: model.original,
      repository: model.repository ?? null,
      note: model.note ?? null,
      best: best?.name ?? null,
      quants: quants.map(({ needsGB, download, ...quant }) => ({
        ...quant,
        needsGB: round(needsGB),
        download: download ?? null,
      })),
    })),
    answering: [...presets.values()]
      .filter(({ model }) => model === undefined)
      .map(({ id, name, description }) => ({ preset: id, name, description })),
    files: listFiles(presets, wanted).map(({ name, presetId }) => ({ name, preset: presetId ?? null })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
};
