// The command line: `npm start`, or `npm run paddock -- <command> …`.

import { readArguments, usage } from './cli/arguments.ts';
import { chat } from './cli/chat.ts';
import { listModels } from './cli/list-models.ts';
import { loadSettings } from './cli/load-settings.ts';
import { printPrompt } from './cli/print-prompt.ts';
import { serveDiscord } from './cli/serve-discord.ts';
import { PaddockError } from './core/error.ts';

/** BSD's EX_CONFIG: something in the set-up has to be changed first; a service manager need not try again. */
const configurationExitCode = 78;

const run = async (words: readonly string[]): Promise<number> => {
  const { command, options } = readArguments(words);
  switch (command) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'start': {
      const settings = loadSettings(options);
      return settings.config.discord.token === undefined ? await chat(settings, options) : await serveDiscord(settings);
    }
    case 'chat':
      return await chat(loadSettings(options), options);
    case 'prompt':
      return await printPrompt(loadSettings(options), options);
    case 'models':
      return await listModels(loadSettings(options), options);
    default:
      return command satisfies never;
  }
};

run(process.argv.slice(2)).then(
  // A long text into a pipe is through when an empty one behind it is.
  (exitCode) => process.stdout.write('', () => process.exit(exitCode)),
  (error: unknown) => {
    const isExpected = error instanceof PaddockError;
    process.stderr.write(`paddock: ${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    const isSetUp = isExpected && (error.code === 'configuration-invalid' || error.code === 'discord-refused');
    process.exit(isSetUp ? configurationExitCode : 1);
  },
);
