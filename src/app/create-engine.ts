import { join } from 'node:path';
import type { ModelsFolder } from '../commands/models-folder.ts';
import type { Config } from '../config/config.ts';
import { namesOfFile } from '../config/match-preset.ts';
import type { SettingsCascade } from '../config/settings-cascade.ts';
import type { Engine } from '../core/engine.ts';
import type { Logger } from '../core/logger.ts';
import { writeDemoModel } from '../engine/llama/gguf/demo-model.ts';
import { createLlamaEngine } from '../engine/llama/llama-engine.ts';
import { prepareDataFolder } from './data-folder.ts';
import { inFolder } from './folder-error.ts';

/**
 * The engine that the configuration asks for: with the model it names, with the first one in the
 * models folder, or with the built-in demo model, which is written anew. Rejects with
 * `configuration-invalid` when the data folder can't be used.
 */
export const createEngine = async (
  config: Config,
  cascade: SettingsCascade,
  models: ModelsFolder,
  logger: Logger,
): Promise<Engine> => {
  const { model, isContextAuto, stateMegabytes, ...settings } = config.engine;
  const [first] = model === 'auto' ? await inFolder(models.folder, models.list) : [];
  const isDemo = model === 'auto' && first === undefined;
  const modelPath = isDemo ? join(config.folders.data, 'demo.gguf') : first === undefined ? model : join(models.folder, first);
  if (isDemo) {
    await prepareDataFolder(config.folders);
    await inFolder(modelPath, () => writeDemoModel(modelPath));
  }
  return createLlamaEngine({ modelPath, isDemo }, logger, (path) => ({
    ...settings,
    contextTokens: cascade.contextTokensFor(namesOfFile(path)),
    isContextAuto,
    stateFolder: join(config.folders.data, 'cache', 'states'),
    stateBytesMax: stateMegabytes * 1_000_000,
  }));
};

/** How many answers are begun at once while the number that `auto` takes is not known yet; the engine lets the rest wait. */
export const slotsBeforeLoading = ({ engine }: Pick<Config, 'engine'>): number => (engine.slots === 'auto' ? 2 : engine.slots);
