import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { createEngine } from '../app/create-engine.ts';
import { type Library, loadLibrary } from '../app/library.ts';
import { createModelsFolder } from '../commands/models-folder.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Persona } from '../core/persona.ts';
import { type ChatMessage, joinSegments, type Prompt, promptText } from '../core/prompt.ts';
import { inEnglish } from '../core/sentence.ts';
import type { AnswerSettings } from '../core/settings.ts';
import { cleanText } from '../platform/terminal/clean-text.ts';
import { chooseTemplate, type PromptTemplate, parseConversation, renderPrompt } from '../prompt/index.ts';
import { createLogger } from '../telemetry/logger.ts';
import { type Explanation, explainComposed, explainPrompt } from '../turn/explain.ts';
import type { Options } from './arguments.ts';
import { explanationText } from './explain-prompt.ts';
import type { LoadedSettings } from './load-settings.ts';
import { promptAsInChat } from './prompt-as-in-chat.ts';
import { interrupted, type Shutdown } from './shutdown.ts';

/**
 * Prints the exact prompt of a conversation, and nothing else. Without `--persona` the messages
 * alone go through the template; with it the prompt is the one of a chat (`promptAsInChat`).
 * `--tokens`, `--json` and `--explain` print what was made of it instead.
 */
export const printPrompt = async ({ config }: LoadedSettings, options: Options, shutdown: Shutdown): Promise<number> => {
  if (options.conversation === undefined) {
    throw new PaddockError('configuration-invalid', 'prompt needs --conversation FILE, a JSON list of {role, name?, content}', {
      userText: 'A conversation is missing.',
    });
  }
  const file = options.conversation;
  const logger = createLogger({ ...config.log, level: 'warn' });
  const library = await loadLibrary(config, (problem) => logger.warn({ problem }, 'an imported file is passed over'));
  const engine = await createEngine(config, library.cascade, createModelsFolder(config.folders.models), logger);
  const printed = async (): Promise<number> => {
    const output = await outputOf(parseConversation(await read(file)), { library, engine, logger }, config, options);
    process.stdout.write(output);
    return 0;
  };
  try {
    return await Promise.race([printed(), interrupted(shutdown)]);
  } finally {
    await engine.close();
  }
};

/** What is printed. */
const outputOf = async (
  messages: readonly ChatMessage[],
  parts: { readonly library: Library; readonly engine: Engine; readonly logger: Logger },
  config: LoadedSettings['config'],
  options: Options,
): Promise<string> => {
  const { library, engine } = parts;
  const { personas, templates, cascade } = library;
  // The messages alone, in a form that is named, need no model.
  const isModelNeeded = options.persona !== undefined || templates.get(config.template)?.kind !== 'text';
  const answer = cascade.settingsAt(undefined, isModelNeeded ? await engine.start() : undefined);
  const template = chooseTemplate(templates, answer.template)(engine.model);
  const made =
    options.persona === undefined
      ? await render(messages, template, answer, engine)
      : await compose(messages, personas.default, parts);
  const { prompt, stopStrings } = made;
  if (!options.json && !options.tokens && !options.explain) {
    const text = promptText(prompt);
    // A prompt that goes into a file or another program is exact. A person gets a line end, and a terminal
    // no escape sequences that somebody typed.
    return process.stdout.isTTY ? `${cleanText(text)}\n` : text;
  }
  const model = await engine.start();
  const [tokenised] = await engine.tokenise([prompt]);
  const explanation = options.explain ? await made.explain() : undefined;
  const templateOrigin = originOf(template, answer, config, options);
  if (options.json) {
    const text = promptText(prompt, { bos: model.bosText, eos: model.eosText });
    const segments = joinSegments(prompt);
    const { tokens, kinds } = tokenised ?? {};
    const all = { template: template.id, model: model.name, text, segments, stopStrings, tokens, kinds };
    const { turnsLeftOut } = made;
    const parts = explanation?.parts.map(({ reason, ...part }) => ({ ...part, ...(reason && { reason: inEnglish(reason) }) }));
    const worded = { ...explanation, parts };
    const explained = { ...all, templateOrigin, ...(turnsLeftOut !== undefined && { turnsLeftOut }), explanation: worded };
    return `${JSON.stringify(explanation ? explained : all, null, 2)}\n`;
  }
  if (explanation === undefined) return `${tokenised?.tokens.join(' ')}\n`;
  const { persona, turnsLeftOut = 0 } = made;
  const head = { model: model.name, template: template.id, templateOrigin, turnsLeftOut, ...(persona && { persona }) };
  return explanationText(explanation, head);
};

/** A prompt, and how it is explained. */
type Made = {
  readonly prompt: Prompt;
  readonly stopStrings: readonly string[];
  readonly persona?: string;
  /** Turns that a chat would not have looked at any more. */
  readonly turnsLeftOut?: number;
  explain(): Promise<Explanation>;
};

/** The messages alone, through the template. Nothing is left out, whether it fits or not. */
const render = async (
  messages: readonly ChatMessage[],
  template: PromptTemplate,
  { outputTokensMax }: AnswerSettings,
  engine: Engine,
): Promise<Made> => {
  const written = (some: readonly ChatMessage[]): Promise<Prompt> => renderPrompt(template, some, {}, engine.renderChat);
  const prompt = await written(messages);
  const stopStrings = template.stop;
  return {
    prompt,
    stopStrings,
    explain: async () => {
      const { contextTokens } = await engine.start();
      const answer = messages.findLastIndex((message) => message.role === 'assistant');
      const earlier = messages.slice(0, Math.max(answer, 0)).findLastIndex((message) => message.role === 'user');
      const previous = earlier === -1 ? undefined : await written(messages.slice(0, earlier + 1));
      const parts = messages.map(({ role, name, content }) => {
        const kind = { system: 'system message', user: 'message', assistant: 'answer' }[role];
        return { source: name === undefined ? kind : `${kind} of ${name}`, state: 'kept' as const, text: content };
      });
      return await explainPrompt(
        { prompt, parts, contextTokens, outputTokensMax, stopStrings, ...(previous && { previous }) },
        engine,
      );
    },
  };
};

/** As in a chat with the persona. */
const compose = async (
  messages: readonly ChatMessage[],
  persona: Persona,
  parts: { readonly library: Library; readonly engine: Engine; readonly logger: Logger },
): Promise<Made> => {
  const { prepared, turnsLeftOut } = await promptAsInChat(messages, persona, parts);
  return {
    prompt: prepared.composed.prompt,
    stopStrings: prepared.stopStrings,
    persona: persona.name,
    turnsLeftOut,
    explain: () => explainComposed(prepared, parts.engine),
  };
};

/** Where the template comes from and why it was chosen. */
const originOf = (
  template: PromptTemplate,
  answer: AnswerSettings,
  config: LoadedSettings['config'],
  options: Options,
): string => {
  const source = template.kind === 'native' ? "the model's own chat template" : 'a template of the bot';
  if (options.template !== undefined) return `${source}, by --template`;
  if (config.template !== 'auto') return `${source}, by the setting template`;
  if (answer.template !== 'auto') return `${source}, by the preset ${answer.preset}`;
  return `${source}, chosen because the model brings ${template.kind === 'native' ? 'one' : 'none of its own'}`;
};

const read = async (file: string): Promise<string> => {
  try {
    return file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new PaddockError(
      'bad-input',
      `the conversation ${file} can't be read (${error instanceof Error ? error.message : error})`,
      { userText: 'The conversation file can not be read.', cause: error },
    );
  }
};
