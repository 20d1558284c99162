import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../app/app.ts';
import type { Engine } from '../core/engine.ts';
import { userTextOf } from '../core/error.ts';
import { terminalConversation, terminalLocale, terminalUser } from '../platform/terminal/talk.ts';
import { createTerminalChat, isInteractive } from '../platform/terminal/terminal-chat.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Options } from './arguments.ts';
import type { LoadedSettings } from './load-settings.ts';
import type { Shutdown } from './shutdown.ts';

/** Longest that the greeting waits for the model, in milliseconds. */
const greetingMsMax = 3000;

/** Chats over standard input and output until the input ends, the person leaves or a signal comes; gives the exit code. */
export const chat = async ({ config }: LoadedSettings, options: Options, shutdown: Shutdown): Promise<number> => {
  const { stdin: input, stdout: output, stderr: errors } = process;
  const isScreen = isInteractive({ input, output });
  // Between the lines of a chat only what needs attention has a place.
  const logger = createLogger({ ...config.log, ...(isScreen ? { level: 'warn' as const } : {}) });
  const asked = Promise.withResolvers<void>();
  const app = await createApp(config, logger, { shutdown: asked.resolve, locale: terminalLocale(process.env) });
  try {
    if (options.persona !== undefined) await app.memory.configure(terminalConversation, { personaId: options.persona });
    const user = terminalUser(accountName());
    const terminal = createTerminalChat({
      input,
      output,
      errors,
      environment: process.env,
      user,
      commands: app.commands,
      onMessage: app.respond,
      stopAnswers: app.stopAnswers,
      onLeave: () => {
        shutdown.begin();
        void app.drain();
      },
      greeting: async () => {
        const [model, { personaId }] = await Promise.all([modelLine(app.engine), app.memory.settings(terminalConversation)]);
        const persona = (personaId === undefined ? undefined : app.personas.get(personaId)) ?? app.personas.default;
        return `Paddock · ${model} · ${persona.name} answers · /help lists the commands, Ctrl-C stops an answer, Ctrl-D leaves`;
      },
      // Who asks for a persona wants to meet it.
      ...(options.persona !== undefined && { open: (port) => app.open(terminalConversation, port, user) }),
      historyFile: join(config.folders.data, 'terminal-history'),
      logger,
      now: Date.now,
      newId: randomUUID,
    });
    app.platforms.attach('terminal', terminal);
    void Promise.race([shutdown.asked, asked.promise]).then(() => terminal.close());
    return await terminal.run();
  } finally {
    shutdown.begin();
    await app.close();
  }
};

/** What is loaded. A large model takes a while; who is at the terminal need not wait for it to begin typing. */
const modelLine = async (engine: Engine): Promise<string> => {
  const loaded = engine.start().then(({ isDemo, name }) => (isDemo ? 'built-in demo model' : name), userTextOf);
  const timer = new AbortController();
  const slow = sleep(greetingMsMax, 'the model is still being loaded', { signal: timer.signal, ref: false });
  slow.catch(() => {});
  return await Promise.race([loaded.finally(() => timer.abort()), slow]);
};

const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'you'; // a container's user may have no entry
  }
};
