/** Lorebooks. */
export const loreBounds = {
  /**
   * Lorebooks. A file: bytes, values and levels in it, entries, keys of one entry (each kind), characters of a key and of an entry's
   * text, and of all plain keys of a book that are searched for; keys of a book, all kinds together and each counted once. `patternCharactersMax`, `patternSizeMax`: a key that is a regular
   * expression, and its compiled instructions; `patternsMax` of them in a book, `patternSizesMax` of all these. `numberMax`: any number in it.
   */
  lorebook: {
    fileBytesMax: 4_000_000,
    valuesMax: 100_000,
    depthMax: 32,
    entriesMax: 10_000,
    keysMax: 200,
    keyCharactersMax: 2000,
    searchedKeyCharactersMax: 256,
    searchedCharactersMax: 524_288,
    searchedKeysMax: 30_000,
    contentCharactersMax: 64_000,
    titleCharactersMax: 2000,
    patternCharactersMax: 256,
    patternSizeMax: 1000,
    patternsMax: 1000,
    patternSizesMax: 50_000,
    numberMax: 1_000_000_000,
    warningsMax: 50,
  },
  /**
   * The library of lorebooks: books; bytes of all that were imported; prepared ones held in memory, the latest used so many, and bytes of
   * their files; removed ones that can be had back. YAML that somebody hands in: bytes, and characters that can mean structure.
   * `perOwnerMax`: books of one server or person. `attachedMax`: books in one place; `placesMax` of them are held in memory.
   * `forgottenMax`: conversations of which it is known that they were forgotten while an answer was made.
   */
  loreLibrary: {
    booksMax: 500,
    folderBytesMax: 200_000_000,
    keptMax: 64,
    keptBytesMax: 32_000_000,
    removedMax: 100,
    yamlBytesMax: 256_000,
    yamlMarksMax: 20_000,
    perOwnerMax: 50,
    attachedMax: 20,
    placesMax: 5000,
    forgottenMax: 1000,
  },
  /**
   * One scan: books; messages and characters of them that are searched, newest first; characters of other texts; rounds of recursion;
   * instructions times characters of all regular expressions; characters of the texts that are activated, and timed effects kept, those that were
   * over up to `pastMessagesMax` messages ago among them, for answers that are made anew.
   * `loreShareMax`: the part of the context that all lore together can take, whatever the books say.
   */
  loreScan: {
    booksMax: 64,
    messagesMax: 1000,
    messageCharactersMax: 262_144,
    sourceCharactersMax: 65_536,
    roundsMax: 1000,
    patternStepsMax: 50_000_000,
    contentCharactersMax: 1_000_000,
    effectsMax: 2000,
    pastMessagesMax: 200,
    shareMax: 0.5,
    charactersPerTokenMax: 16,
  },
} as const;
