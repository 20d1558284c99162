import { PaddockError } from '../core/error.ts';
import { cleanText } from '../platform/terminal/clean-text.ts';
import { readArguments, usage } from './arguments.ts';
import { bench } from './bench.ts';
import { card } from './card.ts';
import { chat } from './chat.ts';
import { listModels } from './list-models.ts';
import { loadSettings } from './load-settings.ts';
import { lore } from './lore.ts';
import { printPrompt } from './print-prompt.ts';
import { serveDiscord } from './serve-discord.ts';
import { interrupted, type Shutdown } from './shutdown.ts';

/** BSD's EX_CONFIG: something in the set-up has to be changed first; a service manager need not try again. */
const configurationExitCode = 78;

/**
 * Does what the command line says, and ends the process: with 0 when it was done, with 78 when the set-up
 * has to be changed first, and with 1 when it failed otherwise. What failed is told on standard error.
 */
export const run = async (words: readonly string[], shutdown: Shutdown): Promise<void> => {
  // What people say to the bot is nobody else's business: its files are for their owner only.
  process.umask(0o077);
  // A reader that has had enough (`head`) is no failure; the terminal's own writer hears of it as well. All else is told once.
  let isOutputLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' || isOutputLost) return;
    isOutputLost = true;
    tell(outputLost(error));
  });
  const exitCode = await runCommand(words, shutdown).catch((error: unknown) => {
    tell(error);
    return isSetUp(error) ? configurationExitCode : 1;
  });
  // A long text into a pipe is through when an empty one behind it is.
  process.stdout.write('', () => process.exit(isOutputLost && exitCode === 0 ? 1 : exitCode));
};

const runCommand = async (words: readonly string[], shutdown: Shutdown): Promise<number> => {
  const { command, words: rest, options } = readArguments(words);
  if (shutdown.hasBegun) return 0; // cancelled before anything was begun
  switch (command) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'start': {
      const settings = loadSettings(options);
      const isOnDiscord = settings.config.discord.token !== undefined;
      return isOnDiscord ? await serveDiscord(settings, shutdown) : await chat(settings, options, shutdown);
    }
    case 'chat':
      return await chat(loadSettings(options), options, shutdown);
    case 'prompt':
      return await printPrompt(loadSettings(options), options, shutdown);
    case 'models':
      return await Promise.race([listModels(loadSettings(options), options), interrupted(shutdown)]);
    case 'bench':
      return await Promise.race([bench(loadSettings(options), options), interrupted(shutdown)]);
    case 'card':
      return await Promise.race([card(rest, options), interrupted(shutdown)]);
    case 'lore':
      return await Promise.race([lore(rest, options), interrupted(shutdown)]);
    default:
      return command satisfies never;
  }
};

/** Standard output goes to a file or device that takes no more. */
const outputLost = (error: NodeJS.ErrnoException): PaddockError => {
  const reason =
    error.code === 'ENOSPC' || error.code === 'EDQUOT'
      ? 'there is no room left where it goes. Free some space, or send it elsewhere'
      : 'look at where it goes, or send it elsewhere';
  const sentence = `Standard output can not be written: ${reason} (${error.code ?? error.message}).`;
  return new PaddockError('delivery-failed', sentence, { userText: sentence, cause: error });
};

/**
 * Expected failures say themselves what to do; of others the place in the code matters. Either can repeat what somebody
 * typed or wrote into a file, which must not steer the terminal.
 */
const tell = (error: unknown): void => {
  const text = error instanceof PaddockError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`paddock: ${cleanText(text ?? String(error))}\n`);
};

const isSetUp = (error: unknown): boolean =>
  error instanceof PaddockError &&
  (error.code === 'configuration-invalid' ||
    error.code === 'discord-refused' ||
    (error.code === 'store-failed' && !error.isRetryable));
