// The command line: `npm start`, or `npm run paddock -- <command> …`.

import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { listenForShutdown } from './cli/shutdown.ts';

// First of all, and before the rest is loaded, which takes a while: a signal that nobody listens for
// would end the process on the spot.
const shutdown = listenForShutdown();
const { run } = await import('./cli/run.ts');
// What came meanwhile is heard now.
await turnOfTheLoop();
await run(process.argv.slice(2), shutdown);
