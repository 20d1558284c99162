/** The bot's own process. */
export const processBounds = {
  /** Longest the bot takes to end once told to, in milliseconds. */
  shutdownMsMax: 8_000,
  /** Signals to end within this time of the first one are the same one, come on two ways, in milliseconds. */
  sameSignalMsMax: 1000,
  /** Longest the end of answers is waited for in a shutdown before the engine is ended under them, in milliseconds. */
  drainMsMax: 2_000,
  /** Longest a start waits for an earlier process to let go of the store, in milliseconds. */
  storeLockMsMax: 1000,
  /** One logged value: characters, levels of nesting, entries of a list or object. */
  log: { valueCharactersMax: 4000, depthMax: 6, entriesMax: 50 },
} as const;
