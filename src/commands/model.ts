import { basename } from 'node:path';
import type { CommandContext, RunnableCommand } from '../core/command.ts';
import type { ModelInfo } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import { userTextIn } from '../locale/index.ts';
import { completions } from './completions.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { folderLabel, type ModelsFolder, modelPath } from './models-folder.ts';
import { refusal, shownPath } from './refusal.ts';
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
    async run(context, { name }) {
      const { rank, place, locale } = context;
      const notice = async (): Promise<string> => {
        const licence = await services.licenceNotice(place);
        return licence === undefined ? '' : `\n${licence}`;
      };
      if (name === undefined) {
        const files = await services.models.list();
        return {
          text: `${stateText(services, context)}${await notice()}\n${filesText(files, services, context)}`,
          isPrivate: true,
        };
      }
      if (rank !== 'owner') throw refusal('not-allowed', context, 'modelForOwner', { command: shownPath('model', context) });
      const loaded = await use(services.engine, await modelPath(services.models, name, context), context);
      const text = `${say(locale, 'modelLoaded')}\n${modelText(loaded, services.models, context)}${await notice()}`;
      return { text, isPrivate: false };
    },
  });

const use = async (engine: CommandServices['engine'], path: string, { locale }: CommandContext): Promise<ModelInfo> => {
  try {
    return await engine.use(path);
  } catch (cause) {
    const still = engine.model;
    const now = still === undefined ? say(locale, 'modelLost') : say(locale, 'modelStays', { name: still.name });
    throw new PaddockError(cause instanceof PaddockError ? cause.code : 'engine-failed', `cannot load ${basename(path)}`, {
      userText: `${userTextIn(locale, cause)} ${now}`,
      cause,
    });
  }
};

const stateText = ({ engine, models }: Pick<CommandServices, 'engine' | 'models'>, context: CommandContext): string =>
  engine.model === undefined && engine.isLoading ? say(context.locale, 'modelLoading') : modelText(engine.model, models, context);

/** What is loaded, in two or three lines. */
const modelText = (model: ModelInfo | undefined, models: ModelsFolder, context: CommandContext): string => {
  const { locale, where } = context;
  if (model === undefined) return say(locale, 'modelNone');
  const { name, path, isDemo, contextTokens: tokens, slots, device } = model;
  const file = path === undefined ? say(locale, 'modelRemote') : say(locale, 'modelFrom', { file: basename(path) });
  const lines = [
    `${name}, ${isDemo ? say(locale, 'modelDemo') : file}`,
    say(locale, slots === 1 ? 'modelSizeOne' : 'modelSizeMany', { tokens, slots, device }),
  ];
  if (isDemo) {
    const folder = folderLabel(models, where, locale);
    lines.push(say(locale, 'modelReal', { folder, command: shownPath('model', context) }));
  }
  return lines.join('\n');
};

const filesText = (
  files: readonly string[],
  { models, engine }: Pick<CommandServices, 'engine' | 'models'>,
  { locale, where }: CommandContext,
): string => {
  const folder = folderLabel(models, where, locale);
  if (files.length === 0) return say(locale, 'modelFilesNone', { folder });
  const loaded = engine.model?.path === undefined ? undefined : basename(engine.model.path);
  const lines = files.slice(0, listedMax).map((file) => `- ${file === loaded ? say(locale, 'modelFileLoaded', { file }) : file}`);
  if (files.length > listedMax) lines.push(`- ${say(locale, 'andMore', { count: files.length - listedMax })}`);
  return [say(locale, 'modelFiles', { folder }), ...lines].join('\n');
};
