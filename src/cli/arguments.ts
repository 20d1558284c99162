import { parseArgs } from 'node:util';
import { PaddockError } from '../core/error.ts';

export const usage = `Usage: npm start -- [options]               serve Discord (with DISCORD_TOKEN), or chat here
       npm run paddock -- chat [options]     chat here, also with DISCORD_TOKEN
       npm run paddock -- prompt [options]   print the exact prompt of a conversation
       npm run paddock -- models [options]   list models with their memory needs, and how to get them
       npm run paddock -- help

Options:
  --persona ID           who answers: a file in personas/
  --template ID          the prompt's form: a file in config/templates/, native, native:NAME, or a .jinja file
  --preset ID            settings for a model: a file in config/models/
  --model FILE           a GGUF file, in data/models/ or anywhere
  --config FILE          another file than config/paddock.yaml
  --data FOLDER          another folder than data/

Options of prompt:
  --conversation FILE    a JSON list of {role, name?, content}; - reads standard input
  --tokens               print the token ids for the loaded model
  --explain              list each part with its source, its tokens, and what was left out and why
  --json                 print prompt, segments and tokens as JSON; with --explain the list, too

Options of models:
  --json                 print the list as JSON
`;

const commandNames = ['start', 'chat', 'prompt', 'models', 'help'] as const;

/** The options as given; absent ones are undefined. */
export type Options = {
  readonly persona?: string;
  readonly template?: string;
  readonly preset?: string;
  readonly model?: string;
  readonly config?: string;
  readonly data?: string;
  readonly conversation?: string;
  readonly tokens?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
};

export type Arguments = { readonly command: (typeof commandNames)[number]; readonly options: Options };

/** Reads the command line. Throws a `PaddockError` (`configuration-invalid`) that says what is wrong. */
export const readArguments = (words: readonly string[]): Arguments => {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        persona: { type: 'string' },
        template: { type: 'string' },
        preset: { type: 'string' },
        model: { type: 'string' },
        config: { type: 'string' },
        data: { type: 'string' },
        conversation: { type: 'string' },
        tokens: { type: 'boolean' },
        explain: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { help, ...options } = values;
    const [name = 'start', ...rest] = positionals.length > 1 && positionals[0] === 'start' ? positionals.slice(1) : positionals;
    const command = commandNames.find((known) => known === name);
    if (command === undefined || rest.length > 0) throw new Error(`there is no command "${positionals.join(' ')}"`);
    return { command: help ? 'help' : command, options };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PaddockError('configuration-invalid', `${reason}\n\n${usage}`, { userText: reason, cause: error });
  }
};
