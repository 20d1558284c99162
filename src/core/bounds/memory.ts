/** What is remembered of conversations, and found again. */
export const memoryBounds = {
  /** Turns in one stored segment of a conversation. */
  segmentTurnsMax: 32,
  /** Characters of the texts after which a segment is full, however few turns it has. */
  segmentCharactersMax: 65_536,
  /** Characters of a conversation's key. */
  conversationKeyCharactersMax: 200,
  /** Operations of memory that wait for one conversation. */
  memoryOperationsMax: 1000,
  /** What is held in memory of conversations, their heads (with the newest turns) and segments: so many, and characters of all. */
  held: {
    heads: { countMax: 1000, charactersMax: 16_000_000 },
    segments: { countMax: 1000, charactersMax: 8_000_000 },
  },
  /** Characters of one message taken from a platform; the rest is cut. */
  messageCharactersMax: 16_000,
  /** Characters of a display name in a prompt. */
  nameCharactersMax: 64,
  /** The texts one answer can have: how many, and characters of them all; the oldest that is not shown goes first. */
  alternatives: { countMax: 20, charactersMax: 65_536 },
  /** Characters of a note, a scenario or a summary that people write. */
  conversationTextCharactersMax: 4000,
  /** Pinned turns of a conversation, and the part of the prompt's tokens that they may take together; those pinned first leave first. */
  pins: { countMax: 20, shareMax: 0.25 },
  /**
   * Recall of older messages by their words. The index, which is only in memory: turns of one conversation, conversations, entries in all,
   * and of one turn the characters and different words that are looked at. A question reads at most `pageTurnsMax` turns that are not in it
   * yet; the rest is read while the bot is idle. A search: words of the question, entries looked at, turns that are read for it.
   * `shareMax`: the part of the prompt's tokens that recalled messages can have, whatever the setting says. The newest `newestMax` turns are
   * never recalled. A score is measured by the `fullTermsMax` words of the question that say most.
   */
  recall: {
    turnsMax: 20_000,
    conversationsMax: 64,
    entriesMax: 1_000_000,
    turnCharactersMax: 4000,
    turnTermsMax: 100,
    pageTurnsMax: 256,
    questionTermsMax: 32,
    scannedEntriesMax: 200_000,
    candidatesMax: 8,
    countMax: 20,
    shareMax: 0.25,
    newestMax: 5,
    fullTermsMax: 6,
  },
  /** Segments of one conversation in which it is known that a message is quoted, the latest so many. */
  quotingSegmentsMax: 1000,
  /** Turns read at a time where a whole conversation is looked through. */
  scannedTurnsMax: 500,
} as const;
