import { setImmediate as nextTurn } from 'node:timers/promises';
import { bounds } from '../../core/bounds.ts';
import type { Logger } from '../../core/logger.ts';
import type { EngineProcess } from './child-process.ts';
import type { LlamaSettings } from './protocol.ts';
import { removeStateFiles } from './state-files.ts';

/** Whether and where states are kept. */
type StateSettings = Pick<LlamaSettings, 'stateFolder' | 'stateBytesMax'>;

/** Past the child's own bound, for its answer to come, in milliseconds. */
const graceMs = 500;

/** Has a process that is about to be ended write the states of its slots. Never rejects, and takes a bounded time. */
export const keepStates = async (process: EngineProcess | undefined, settings: StateSettings): Promise<void> => {
  if (!process || settings.stateFolder === undefined || !settings.stateBytesMax) return;
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, bounds.keptStates.closeMsMax + graceMs);
  try {
    await Promise.race([process.call('keepAll', null).catch(() => {}), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Forgets a conversation in the process, and in its files even when there is no process or it fails meanwhile. */
export const forgetState = async (
  process: EngineProcess | undefined,
  { stateFolder }: StateSettings,
  affinity: string,
  logger: Logger,
): Promise<void> => {
  // Requests made before this one go out first.
  await nextTurn();
  // A process that fails takes what it holds with it.
  await process?.call('forget', affinity).catch((error: unknown) => {
    logger.warn({ part: 'engine', error }, 'the process failed while it forgot a conversation; its files are removed from here');
  });
  if (stateFolder !== undefined) await removeStateFiles(stateFolder, affinity);
};
