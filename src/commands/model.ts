import { basename } from 'node:path';
import type { CommandPlace, RunnableCommand } from '../core/command.ts';
import type { ModelInfo } from '../core/engine.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import { completions } from './completions.ts';
import { defineCommand } from './define-command.ts';
import { folderLabel, type ModelsFolder, modelPath } from './models-folder.ts';
import type { CommandServices } from './services.ts';

/** Most files that the list shows. */
const listedMax = 25;

/** `/model [name]`: shows the loaded model and the files there are, or loads another one (the bot's owner only). */
export const createModelCommand = (services: Pick<CommandServices, 'engine' | 'models' | 'licenceNotice'>): RunnableCommand =>
  defineCommand({
    name: 'model',
    description: 'Show the loaded model, or load another one',
    options: [
      {
        name: 'name',
        description: 'A model file to load; only the owner of the bot can do that',
        choices: async ({ rank }, typed) => (rank === 'owner' ? completions(typed, await services.models.list()) : []),
      },
    ],
    rank: 'everyone',
    async run({ rank, place, where }, { name }) {
      const notice = async (): Promise<string> => {
        const licence = await services.licenceNotice(place);
        return licence === undefined ? '' : `\n${licence}`;
      };
      if (name === undefined) {
        const files = await services.models.list();
        return {
          text: `${stateText(services, where)}${await notice()}\n${filesText(files, services, where)}`,
          isPrivate: true,
        };
      }
      if (rank !== 'owner') {
        throw new PaddockError('not-allowed', 'someone who is not the owner asked for another model', {
          userText: 'Only the owner of the bot can load another model. /model alone shows what is loaded.',
        });
      }
      const loaded = await use(services.engine, await modelPath(services.models, name, where));
      return { text: `Loaded.\n${modelText(loaded, services.models, where)}${await notice()}`, isPrivate: false };
    },
  });

const use = async (engine: CommandServices['engine'], path: string): Promise<ModelInfo> => {
  try {
    return await engine.use(path);
  } catch (cause) {
    const still = engine.model;
    throw new PaddockError(cause instanceof PaddockError ? cause.code : 'engine-failed', `cannot load ${basename(path)}`, {
      userText: `${userTextOf(cause)} ${
        still === undefined
          ? 'No model is loaded now; the former one is loaded again with the next message.'
          : `The former model, ${still.name}, still answers.`
      }`,
      cause,
    });
  }
};

const stateText = ({ engine, models }: Pick<CommandServices, 'engine' | 'models'>, where: CommandPlace): string =>
  engine.model === undefined && engine.isLoading ? 'The model is being loaded.' : modelText(engine.model, models, where);

/** What is loaded, in two or three lines. */
export const modelText = (model: ModelInfo | undefined, models: ModelsFolder, where: CommandPlace): string => {
  if (model === undefined) return 'No model is loaded at the moment; it is loaded with the next message.';
  const file = model.path === undefined ? 'on a remote engine' : `from ${basename(model.path)}`;
  const lines = [
    `${model.name}, ${model.isDemo ? 'the built-in demo model' : file}`,
    `${model.contextTokens} tokens of context, ${model.slots === 1 ? '1 answer' : `${model.slots} answers`} at once, on ${model.device}`,
  ];
  if (model.isDemo)
    lines.push(`To talk to a real model, put a GGUF file into ${folderLabel(models, where)} and load it with /model.`);
  return lines.join('\n');
};

const filesText = (
  files: readonly string[],
  { models, engine }: Pick<CommandServices, 'engine' | 'models'>,
  where: CommandPlace,
): string => {
  const label = folderLabel(models, where);
  if (files.length === 0) return `There are no model files in ${label} yet.`;
  const loaded = engine.model?.path === undefined ? undefined : basename(engine.model.path);
  const lines = files.slice(0, listedMax).map((file) => `- ${file}${file === loaded ? ' (loaded)' : ''}`);
  if (files.length > listedMax) lines.push(`- and ${files.length - listedMax} more`);
  return `Files in ${label}:\n${lines.join('\n')}`;
};
