import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../app.ts';
import { userTextOf } from '../core/error.ts';
import { terminalConversation, terminalUser } from '../platform/terminal/talk.ts';
import { createTerminalChat, isInteractive } from '../platform/terminal/terminal-chat.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Options } from './arguments.ts';
import type { LoadedSettings } from './load-settings.ts';
import { shutdownSignal } from './shutdown.ts';

/** Chats over standard input and output until the input ends; gives the exit code. */
export const chat = async ({ config }: LoadedSettings, options: Options): Promise<number> => {
  const { stdin: input, stdout: output, stderr: errors } = process;
  const isScreen = isInteractive({ input, output });
  // Between the lines of a chat only what needs attention has a place.
  const logger = createLogger({ ...config.log, ...(isScreen ? { level: 'warn' as const } : {}) });
  const app = await createApp(config, logger);
  try {
    if (options.persona !== undefined) await app.memory.configure(terminalConversation, { personaId: options.persona });
    const terminal = createTerminalChat({
      input,
      output,
      errors,
      environment: process.env,
      user: terminalUser(accountName()),
      commands: app.commands,
      onMessage: app.respond,
      stopAnswers: app.stopAnswers,
      greeting: async () => {
        const [model, { personaId }] = await Promise.all([
          app.engine.start().catch((error: unknown) => error),
          app.memory.settings(terminalConversation),
        ]);
        const persona = (personaId === undefined ? undefined : app.personas.get(personaId)) ?? app.personas.default;
        return `Paddock · ${loaded(model)} · ${persona.name} answers · /help lists the commands, Ctrl-C stops an answer, Ctrl-D leaves`;
      },
      historyFile: join(config.folders.data, 'terminal-history'),
      logger,
      now: Date.now,
      newId: randomUUID,
    });
    void shutdownSignal().then(() => terminal.close());
    return await terminal.run();
  } finally {
    await app.close();
  }
};

const loaded = (model: unknown): string =>
  typeof model === 'object' && model !== null && 'name' in model && 'isDemo' in model
    ? model.isDemo
      ? 'built-in demo model'
      : String(model.name)
    : userTextOf(model);

const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'you'; // a container's user may have no entry
  }
};
