/** The terminal. */
export const terminalBounds = {
  /** The terminal's line history: entries, and characters of one; longer ones are not kept. */
  terminalHistory: { entriesMax: 500, entryCharactersMax: 2000 },
  /** Characters typed ahead while an answer is written; the rest is dropped. */
  terminalTypeAheadCharactersMax: 65_536,
} as const;
