/** Commands, and what they take and give. */
export const commandsBounds = {
  /** Characters of one option of a command, unless it says otherwise. */
  commandOptionCharactersMax: 1000,
  /** Bytes of a file that somebody hands in, and the longest its fetching may take, in milliseconds. */
  attachmentBytesMax: 8 * 1_048_576,
  attachmentMsMax: 10_000,
  /** Characters of a text that is handed in with a question; the rest is cut. */
  attachedTextCharactersMax: 32_000,
  /** Turns of one conversation that a command looks through for words, exports, and imports. */
  searchedTurnsMax: 5000,
  exportedTurnsMax: 20_000,
  importedTurnsMax: 5000,
  /** Messages that one reply of a command may become; a longer one is sent as a file. */
  commandMessagesMax: 4,
  /** Least time between two signs of how far a command is, in milliseconds. */
  commandProgressMs: 2000,
} as const;
