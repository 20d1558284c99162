import { parseArgs } from 'node:util';
import { PaddockError } from '../core/error.ts';

export const usage = `Usage: npm start -- [options]               serve Discord (with DISCORD_TOKEN), or chat here
       npm run paddock -- chat [options]     chat here, also with DISCORD_TOKEN
       npm run paddock -- prompt [options]   print the exact prompt of a conversation
       npm run paddock -- models [options]   list models with their memory needs, and how to get them
       npm run paddock -- card inspect|import|export FILE [options]   character cards (PNG, CHARX, JSON, YAML)
       npm run paddock -- lore inspect|test|import|export FILE [options]   lorebooks (world files, cards, YAML)
       npm run paddock -- bench [options]    try settings with your model on this machine, and say which to take
       npm run paddock -- help

Options:
  --persona ID           who answers: a file in personas/; a chat in the terminal keeps to it in later runs, too
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

Options of bench:
  --draft FILE           a small model of the same family, to see whether guessing with it helps
  --quick                a short run, whose figures are rough
  --json                 print figures and advice as JSON

Options of card (FILE may be a persona's ID, too, for inspect and export):
  --json                 inspect: print it as JSON
  --id ID                import: the persona's id, instead of one made of its name
  --format FORMAT        export: json, png or yaml
  --out FILE             export: where to, a file or folder; - is standard output
  --spec 2|3             export: the specification of JSON and YAML; a PNG holds both
  --picture FILE         export: another PNG to put the card into
  --force                import: replace the imported persona of that id; export: write over a file

Options of lore (FILE may be a lorebook's ID, too, except for import):
  --text TEXT            test: what is said, a line each message; - is standard input
  --json                 inspect, test: print it as JSON
  --id ID                import: the lorebook's id, instead of one made of its name
  --format FORMAT        export: world (as SillyTavern has it), card or yaml [as the lorebook is]
  --out FILE             export: where to, a file or folder; - is standard output
  --force                import: replace the lorebook of that id; export: write over a file
`;

const commandNames = ['start', 'chat', 'prompt', 'models', 'card', 'bench', 'lore', 'help'] as const;

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
  readonly id?: string;
  readonly format?: string;
  readonly out?: string;
  readonly spec?: string;
  readonly picture?: string;
  readonly force?: boolean;
  readonly draft?: string;
  readonly quick?: boolean;
  readonly text?: string;
};

export type Arguments = {
  readonly command: (typeof commandNames)[number];
  /** What follows the command; only `card` and `lore` take something. */
  readonly words: readonly string[];
  readonly options: Options;
};

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
        id: { type: 'string' },
        format: { type: 'string' },
        out: { type: 'string' },
        spec: { type: 'string' },
        picture: { type: 'string' },
        force: { type: 'boolean' },
        draft: { type: 'string' },
        quick: { type: 'boolean' },
        text: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { help, ...options } = values;
    const [name = 'start', ...rest] = positionals.length > 1 && positionals[0] === 'start' ? positionals.slice(1) : positionals;
    const command = commandNames.find((known) => known === name);
    if (command === undefined || (rest.length > 0 && command !== 'card' && command !== 'lore'))
      throw new Error(`there is no command "${positionals.join(' ')}"`);
    return { command: help ? 'help' : command, words: rest, options };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PaddockError('configuration-invalid', `${reason}\n\n${usage}`, { userText: reason, cause: error });
  }
};
