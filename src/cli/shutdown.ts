import { bounds } from '../core/bounds.ts';

/**
 * Resolves with the first SIGINT, SIGTERM or SIGHUP. From then on the process ends by itself, at
 * the latest after `bounds.shutdownMsMax`, and at once with a second signal.
 */
export const shutdownSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let isAsked = false;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (isAsked) process.exit(130);
        isAsked = true;
        setTimeout(() => process.exit(1), bounds.shutdownMsMax).unref();
        resolve(name);
      });
    }
  });
