/** Personas and their cards. */
export const personaBounds = {
  /** Files in the personas folder. */
  personasMax: 1000,
  /**
   * Character cards from anywhere. `fileBytesMax`: a card or picture as it is uploaded. `textBytesMax`: the JSON in it. YAML is far
   * dearer to read, so it has bounds of its own: bytes, and characters that can mean structure or an escape. `valuesMax`, `depthMax`: what
   * the text holds. `chunksMax`: of a PNG. An archive: entries, bytes of them all, characters of a name. `workMax`: bytes and characters
   * looked at for one card in all. `textsMax`: greetings or tags.
   */
  card: {
    fileBytesMax: 8_000_000,
    textBytesMax: 4_000_000,
    yamlBytesMax: 256_000,
    yamlMarksMax: 20_000,
    valuesMax: 100_000,
    depthMax: 32,
    chunksMax: 20_000,
    entriesMax: 256,
    archiveBytesMax: 64_000_000,
    entryNameCharactersMax: 1000,
    workMax: 100_000_000,
    textsMax: 500,
  },
  /** Personas that were removed and can be had back: the newest so many files. */
  removedPersonasMax: 100,
  /**
   * Personas that were brought or made while the bot runs: of one server or person; bytes of all, and of the removed ones that can be had
   * back. `formCharactersMax`: a field of a form, Discord's limit.
   */
  personaLibrary: { perOwnerMax: 50, folderBytesMax: 1_000_000_000, removedBytesMax: 250_000_000, formCharactersMax: 4000 },
  /**
   * A persona's picture as it is shown in a chat: bytes (Discord says nothing of a limit; more than a mebibyte has been refused
   * silently), and pixels of a side.
   */
  shownPicture: { bytesMax: 1_048_576, sideMax: 4096 },
  /** A persona's summary, in characters: what Discord shows of a choice. */
  personaSummaryCharactersMax: 100,
} as const;
