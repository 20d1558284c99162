import { readFileSync } from 'node:fs';
import { createEngine } from '../app.ts';
import { createModelsFolder } from '../commands/models-folder.ts';
import { PaddockError } from '../core/error.ts';
import { joinSegments, type Prompt, promptText } from '../core/prompt.ts';
import { loadPersonas } from '../persona/load-personas.ts';
import { chooseTemplate, composePrompt, loadTemplates, parseConversation, renderPrompt, turnsOf } from '../prompt/index.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Options } from './arguments.ts';
import type { LoadedSettings } from './load-settings.ts';

/**
 * Prints the exact prompt of a conversation, and nothing else. Without `--persona` the messages
 * alone go through the template; with it they are composed as in a chat, with budget and stop strings.
 */
export const printPrompt = async ({ config }: LoadedSettings, options: Options): Promise<number> => {
  if (options.conversation === undefined) {
    throw new PaddockError('configuration-invalid', 'prompt needs --conversation FILE, a JSON list of {role, name?, content}', {
      userText: 'A conversation is missing.',
    });
  }
  const messages = parseConversation(read(options.conversation));
  const templates = await loadTemplates([config.folders.templates]);
  const engine = await createEngine(
    config,
    createModelsFolder(config.folders.models),
    createLogger({ ...config.log, level: 'warn' }),
  );
  try {
    const template = chooseTemplate(templates, config.template)(config.template === 'auto' ? await engine.start() : undefined);
    let prompt: Prompt;
    let stopStrings = template.stop;
    if (options.persona === undefined) prompt = await renderPrompt(template, messages, {}, engine.renderChat);
    else {
      const persona = loadPersonas(config.folders.personas, { defaultId: options.persona }).default;
      const { contextTokens } = await engine.start();
      const composed = await composePrompt(
        { ...turnsOf(messages, persona), persona, template, contextTokens, outputTokensMax: config.answer.tokensMax },
        engine,
      );
      ({ prompt, stopStrings } = composed);
    }
    const isTokenised = options.tokens === true || options.json === true;
    const model = isTokenised ? await engine.start() : undefined;
    const [tokenised] = isTokenised ? await engine.tokenise([prompt]) : [];
    const text = promptText(prompt, model && { bos: model.bosText, eos: model.eosText });
    if (options.json) {
      const segments = joinSegments(prompt);
      process.stdout.write(
        `${JSON.stringify({ template: template.id, model: model?.name, text, segments, stopStrings, tokens: tokenised?.tokens, kinds: tokenised?.kinds }, null, 2)}\n`,
      );
    } else if (options.tokens) process.stdout.write(`${tokenised?.tokens.join(' ')}\n`);
    // Nothing is added to a prompt that goes into a file or another program; a person gets a line end.
    else process.stdout.write(process.stdout.isTTY ? `${text}\n` : text);
    return 0;
  } finally {
    await engine.close();
  }
};

const read = (file: string): string => {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new PaddockError(
      'bad-input',
      `the conversation ${file} can't be read (${error instanceof Error ? error.message : error})`,
      { userText: 'The conversation file can not be read.', cause: error },
    );
  }
};
