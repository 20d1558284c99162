import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inFolder } from '../app/folder-error.ts';
import { createModelsFolder } from '../commands/models-folder.ts';
import { loadPresets } from '../config/load-presets.ts';
import { namesOfFile } from '../config/match-preset.ts';
import { createSettingsCascade } from '../config/settings-cascade.ts';
import { PaddockError } from '../core/error.ts';
import { adviceFor } from '../engine/llama/bench/advice.ts';
import { machineWatch } from '../engine/llama/bench/stopwatch.ts';
import { fullTrials, quickTrials, trySettings } from '../engine/llama/bench/try-settings.ts';
import { createLlamaEngine } from '../engine/llama/llama-engine.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Options } from './arguments.ts';
import type { LoadedSettings } from './load-settings.ts';

/** Tries settings of the engine with the user's model, and says which to take. Throws what a model that can't be loaded throws. */
export const bench = async ({ config }: LoadedSettings, options: Options): Promise<number> => {
  const { model, slots: _slots, stateMegabytes: _megabytes, ...settings } = config.engine;
  const modelPath = model === 'auto' ? await firstModel(config.folders.models) : model;
  const draftModel = options.draft === undefined ? settings.draftModel : resolve(options.draft);
  if (draftModel !== undefined) checkDraft(draftModel);
  const { folders } = config;
  const cascade = createSettingsCascade(config, loadPresets(folders.presets, folders.root));
  // What the library says about it belongs to standard error, and only what matters.
  const logger = createLogger({ ...config.log, level: 'warn', secrets: [] });
  const folder = mkdtempSync(join(tmpdir(), 'paddock-bench-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  // A signal ends the process while this still runs.
  process.once('exit', removeFolder);
  try {
    const { model: info, trials } = await trySettings(
      {
        ...settings,
        // The context that the bot would have with this model.
        contextTokens: cascade.contextTokensFor(namesOfFile(modelPath)),
        modelPath,
        isDemo: false,
        speculation: 'off',
        ...(draftModel === undefined ? {} : { draftModel }),
      },
      options.quick ? quickTrials : fullTrials,
      {
        open: (tried) => createLlamaEngine({ modelPath, isDemo: false }, logger, () => tried),
        watch: machineWatch,
        tell: (what) => process.stderr.write(`bench: ${what}\n`),
        stateFolder: join(folder, 'states'),
      },
    );
    const advice = adviceFor(trials, draftModel === undefined ? {} : { draftModel });
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ model: info, trials, advice }, null, 2)}\n`
        : [
            `${info.name} on ${info.device}`,
            '',
            ...advice.sentences,
            '',
            ...(advice.lines.length === 0
              ? ['Nothing could be told for config/paddock.yaml.']
              : ['For config/paddock.yaml:', '', 'engine:', ...advice.lines.map((line) => `  ${line}`)]),
            '',
          ].join('\n'),
    );
    return 0;
  } finally {
    process.removeListener('exit', removeFolder);
    removeFolder();
  }
};

const firstModel = async (folder: string): Promise<string> => {
  const [first] = await inFolder(folder, createModelsFolder(folder).list);
  if (first !== undefined) return join(folder, first);
  throw refusal(`there is no model to measure in ${folder}; put one there, or name one with --model FILE`);
};

/** Without it the other trials would be for nothing. */
const checkDraft = (path: string): void => {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw refusal(`the draft model ${path} can't be read; name another file with --draft or engine.draftModel`);
};

const refusal = (text: string): PaddockError => new PaddockError('model-missing', text, { userText: text });
