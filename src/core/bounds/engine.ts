/** The engine, its process, and the templates that models bring. */
export const engineBounds = {
  /** Longest a generation may take, in milliseconds. */
  generationMsMax: 10 * 60_000,
  /**
   * The engine's process, in milliseconds. While it is asked something it is pinged every `pingMs` and counts as hung after
   * `silentMsMax` without a word; while it loads a model, when drivers and slow disks may hold it, after `silentLoadMsMax`.
   * Alive, it has `callMsMax` for a small question, `abortMsMax` to end an aborted answer and `loadMsMax` to load.
   * A failed load is tried again after `failureMs`, or when the file has changed. After a crash it is restarted after the
   * first, second, … of `restartDelaysMs` (the last one repeats; anew after `healthyMs` without a crash), for which a request
   * waits at most `patienceMs`.
   */
  engine: {
    pingMs: 5000,
    silentMsMax: 2 * 60_000,
    silentLoadMsMax: 10 * 60_000,
    callMsMax: 5 * 60_000,
    abortMsMax: 3 * 60_000,
    loadMsMax: 60 * 60_000,
    failureMs: 30_000,
    restartDelaysMs: [0, 1000, 5000, 30_000],
    healthyMs: 5 * 60_000,
    patienceMs: 6000,
  },
  /**
   * Kept states of the engine: the fewest tokens worth one; how long saving one may hold up running answers (`stallShare` of what
   * evaluating it again would take, within the two bounds), the one request that needs the slot, and, while nobody waits, the next one that comes; the rest after
   * a failed one; the pause after an answer before the next slot in line is saved; how long a state that was read counts as whole; how long all may take at the
   * end. Times in milliseconds.
   */
  keptStates: {
    tokensMin: 48,
    stallMsMin: 250,
    stallMsMax: 1000,
    stallShare: 0.1,
    saveMsMax: 5000,
    failurePauseMs: 60_000,
    idleSaveMsMax: 250,
    idleMs: 5000,
    verifiedMs: 5000,
    closeMsMax: 2000,
  },
  /** How long running answers may wait for what comes between two steps once it is more than one thing, in milliseconds. */
  stepper: { tasksMsMax: 20 },
  /** Characters of texts whose tokens are held, each text counted as a hundred more. */
  tokenCacheCharactersMax: 8_000_000,
  /** A piece of a prompt, read while answers are written or ahead: tokens, and milliseconds; and conversations that wait to be read ahead. */
  prefill: { pieceTokensMin: 16, pieceTokensMax: 128, pieceMsMax: 250, conversationsMax: 32 },
  /**
   * A chat template's own size in characters, and its rendering: processor time in milliseconds (of the clock `waitMsMax`,
   * for a busy machine), memory in MiB, output in characters besides the texts. Of texts with more than `textCharactersMax`
   * in all it sees the ends. `stringUnitsMax` and `listEntriesMax`
   * keep any single allocation small: one larger than the memory that is left would end the process.
   */
  chatTemplate: {
    templateCharactersMax: 200_000,
    renderMsMax: 250,
    waitMsMax: 2500,
    memoryMiBMax: 64,
    outputCharactersMax: 1_000_000,
    textCharactersMax: 500_000,
    stringUnitsMax: 6_000_000,
    listEntriesMax: 100_000,
  },
  /** Bytes at the beginning of a model's file in which its name is looked for. */
  modelNameBytesMax: 65_536,
} as const;
