/** Every bound of the bot that is no setting stands here. */
export const bounds = {
  /** Turns in one stored segment of a conversation. */
  segmentTurnsMax: 64,
  /** Characters of the texts after which a segment is full, however few turns it has. */
  segmentCharactersMax: 65_536,
  /** Characters of a conversation's key. */
  conversationKeyCharactersMax: 200,
  /** Operations of memory that wait for one conversation. */
  memoryOperationsMax: 1000,
  /** Heads of conversations (their newest turns) that are held in memory: so many, and characters of all. */
  heldHeads: { headsMax: 1000, charactersMax: 16_000_000 },
  /** Characters of one message taken from a platform; the rest is cut. */
  messageCharactersMax: 16_000,
  /** Characters of a display name in a prompt. */
  nameCharactersMax: 64,
  /** The texts one answer can have: how many, and characters of them all; the oldest that is not shown goes first. */
  alternatives: { countMax: 20, charactersMax: 65_536 },
  /** Turns that are looked through for the last answer or exchange, and exchanges taken back in one go. */
  revisedTurnsMax: 200,
  undoneExchangesMax: 50,
  /** Of turns removed in one go, so many of the newest are handed back. */
  removedTurnsMax: 2000,
  /** Turns that go into a branch. */
  branchTurnsMax: 2000,
  /** Characters of what somebody wishes of one answer. */
  guidanceCharactersMax: 1000,
  /** Changes of one answer that wait for one another. */
  revisionsMax: 8,
  /** After a failure of the store, for so many milliseconds the next ones are counted, not logged and told; in how many conversations. */
  troubles: { quietMs: 60_000, conversationsMax: 1000 },
  /** Requests that wait or run: in all, in a conversation, of a user. */
  queue: { total: 64, perConversation: 8, perUser: 3 },
  /** How long a question waits before the place in the queue is shown to whoever asked, and before it is brought up to date, in milliseconds. */
  placeNotice: { afterMs: 5000, renewMs: 30_000 },
  /** Members of a scene; how long a conversation is not told again that nobody speaks unasked there, in milliseconds, and in how many that is known. */
  scene: { membersMax: 16, toldMs: 30 * 60_000, toldConversationsMax: 1000 },
  /** Scenes that go on by themselves: conversations at once; the pause, in milliseconds, and turns without a human that can be chosen. */
  autoScene: { conversationsMax: 1000, pauseMs: 5000, pauseMsMin: 1000, pauseMsMax: 10 * 60_000, turnsMax: 4, turnsMaxMax: 20 },
  /** Characters of a note, a scenario or a summary that people write. */
  conversationTextCharactersMax: 4000,
  /** Work for when nobody waits for an answer: jobs, and how long it must have been quiet before reading ahead, before old turns are read for recall and before summaries, in milliseconds. */
  idleWork: { jobsMax: 1000, prefillMs: 300, recallMs: 1000, summaryMs: 3000 },
  /** A summary made by the model: words, tokens of the answer, and tries for the same turns before they are left alone. */
  summary: { wordsMax: 200, tokensMax: 500, triesMax: 3 },
  /** Answers of bots in a row, without a human between them, before the bot falls silent. */
  botTurnsInARowMax: 6,
  /** Messages of one conversation that wait to be remembered. */
  arrivalsMax: 1000,
  /** Conversations of which it is known what happened lately. */
  recentConversationsMax: 10_000,
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
   * evaluating it again would take, within the two bounds), and while nobody waits; the rest after a failed one; the pause after an answer before the next slot in line is saved;
   * how long all may take at the end. Times in milliseconds.
   */
  keptStates: {
    tokensMin: 48,
    stallMsMin: 250,
    stallMsMax: 1000,
    stallShare: 0.1,
    saveMsMax: 5000,
    failurePauseMs: 60_000,
    idleMs: 1000,
    closeMsMax: 2000,
  },
  /** Characters of texts whose tokens are held. */
  tokenCacheCharactersMax: 8_000_000,
  /** A piece of a prompt, read while answers are written or ahead: tokens, and milliseconds; and conversations that wait to be read ahead. */
  prefill: { pieceTokensMin: 16, pieceTokensMax: 128, pieceMsMax: 250, conversationsMax: 32 },
  /** Discord's limit for one message, in UTF-16 units. */
  discordMessageCharactersMax: 2000,
  /** What the Discord platform keeps, each the newest so many. */
  discord: {
    /** Ids of events already handled, and for how long, in milliseconds. */
    seenEventsMax: 100_000,
    seenEventsMs: 24 * 60 * 60_000,
    /** Channels whose last message is known, so that what came while the connection was lost can be fetched. */
    activeChannelsMax: 500,
    /** Messages fetched for one such channel, and the pause before the next channel, in milliseconds. */
    missedMessagesMax: 100,
    missedPauseMs: 200,
    /** Questions from while the bot was away get their answer if they are younger than this, in milliseconds, … */
    lateQuestionMsMax: 5 * 60_000,
    /** … and older ones a mark: the newest so many of a channel. */
    lateMarksMax: 10,
    /** How often the last message of the channels is saved, in milliseconds. */
    seenSaveMs: 15_000,
    /** Longest that a channel's first question waits for what was said there before, in milliseconds; and how many can at once. */
    historyMsMax: 5000,
    historiesMax: 10,
    /**
     * Files of a message whose text is read: how many, bytes of one and of all, characters of their texts in all; the longest
     * reading them may take, in milliseconds, and how many messages may have theirs read at once.
     */
    files: { countMax: 5, bytesMax: 65_536, totalBytesMax: 131_072, charactersMax: 12_000, readMsMax: 5000, readingsMax: 16 },
    /** Characters of a quotation, and of the text form of an embed, a poll and the like. */
    quotedCharactersMax: 500,
    noteCharactersMax: 1000,
    /** Edited messages whose last edit is known. */
    editsMax: 1000,
    /** Channels, and people in each, whose display names are told apart. */
    namedChannelsMax: 1000,
    namedPeopleMax: 500,
    /** The same people in all; beyond it, the channel in which nobody was named for the longest time goes. */
    namedPeopleTotalMax: 20_000,
    /** Users and messages in the client's caches: users in all, members of one server. */
    usersMax: 2000,
    membersMax: 200,
    /** Direct message channels in them. */
    directChannelsMax: 1000,
    /** Channels whose webhook is known, messages that were sent by one, and how long a refused one is not tried again, in milliseconds. */
    webhookChannelsMax: 1000,
    webhookMessagesMax: 10_000,
    webhookRefusalMs: 10 * 60_000,
    /**
     * Webhooks of one channel that wear a persona's picture; how long one must have been silent before it is given another's; the
     * longest an answer waits for a picture, and how long after a failure or such a wait none does, in milliseconds.
     */
    dressedWebhooksMax: 8,
    redressMs: 10 * 60_000,
    dressMsMax: 10_000,
    dressPauseMs: 60_000,
    /** Notices of places in the queue that are known to stand, so that a later start can take them away. */
    openNoticesMax: 500,
    /** Messages among which one is looked for whose sending may have failed. */
    lookUpMessagesMax: 50,
    /** Channels whose newest answer is known, and messages that the bot itself has removed. */
    newestAnswersMax: 1000,
    ownRemovalsMax: 10_000,
    /** Characters of a thread's name that the bot gives. */
    threadNameCharactersMax: 60,
    /** Identifies of the day that must be left for a start; below it, a fault that restarts the bot could use up all. */
    identifiesMin: 50,
    /** Longest that deliveries under way may take once the bot ends, in milliseconds. */
    drainMsMax: 3000,
    /** Longest the gateway may take to say goodbye, in milliseconds. */
    closeMsMax: 3000,
  },
  /** Longest the bot takes to end once told to, in milliseconds. */
  shutdownMsMax: 8_000,
  /** Signals to end within this time of the first one are the same one, come on two ways, in milliseconds. */
  sameSignalMsMax: 1000,
  /** Longest the end of answers is waited for in a shutdown before the engine is ended under them, in milliseconds. */
  drainMsMax: 2_000,
  /** Longest a start waits for an earlier process to let go of the store, in milliseconds. */
  storeLockMsMax: 1000,
  /** What humans say about themselves: characters of it, places of one, and people held in memory. At most `toldMax` of them stand in one prompt. */
  humanPersona: { descriptionCharactersMax: 2000, urlCharactersMax: 500, placesMax: 50, peopleMax: 5000, toldMax: 16 },
  /** Servers and channels whose settings are held in memory, the latest used so many. */
  overridePlacesMax: 5000,
  /** Who may use the bot: entries of one list; and servers and users of whom this is held in memory, the latest used so many. */
  access: { entriesMax: 1000, keptMax: 5000 },
  /** Answers are counted for so many people and servers at once, the latest ones. */
  quotaKeysMax: 20_000,
  /** Conversations that are known of one user, the latest used so many; and pairs of both held in memory, so that each is written once. */
  userConversations: { countMax: 20_000, pairsMax: 50_000 },
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
  /** Turns read at a time where a whole conversation is looked through. */
  scannedTurnsMax: 500,
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
  /** Messages that one answer may become where longer ones are sent as a file; `reply.longAnswers`. */
  answerMessagesMax: 5,
  /** Characters of a notice: an error, a full queue. */
  noticeCharactersMax: 400,
  /** Least time between two signs of how far a command is, in milliseconds. */
  commandProgressMs: 2000,
  /** Longest a command waits for answers that it stopped to let go of the conversation, in milliseconds. */
  answerStopMsMax: 5_000,
  /** The terminal's line history: entries, and characters of one; longer ones are not kept. */
  terminalHistory: { entriesMax: 500, entryCharactersMax: 2000 },
  /** Characters typed ahead while an answer is written; the rest is dropped. */
  terminalTypeAheadCharactersMax: 65_536,
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
  /**
   * What the prompt keeps, of at most `turnsMax` turns read. When the context is full, older turns are dropped until those that stay
   * fill `lowWaterShare` of their room. Texts with more than `charactersPerTokenMax` characters for
   * each token of the context can't fit and are not counted. `participantStopsMax`: names whose
   * lines end an answer. `questionTokensMin`: below this much room for a question a persona is too long.
   */
  prompt: { turnsMax: 2000, lowWaterShare: 0.6, charactersPerTokenMax: 16, participantStopsMax: 64, questionTokensMin: 16 },
  /** A persona, template or configuration file, in bytes. */
  textFileBytesMax: 1_000_000,
  /** What such a file may hold: levels of nesting, values (aliases expanded), and mistakes that are listed. */
  textFile: { depthMax: 32, valuesMax: 100_000, mistakesMax: 100 },
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
  /** Files in the presets folder. */
  presetsMax: 500,
  /** Bytes at the beginning of a model's file in which its name is looked for. */
  modelNameBytesMax: 65_536,
  /**
   * Lorebooks. A file: bytes, values and levels in it, entries, keys of one entry (each kind), characters of a key and of an entry's
   * text, and of all plain keys of a book that are searched for. `patternCharactersMax`, `patternSizeMax`: a key that is a regular
   * expression, and its compiled instructions; `patternsMax` of them in a book, `patternSizesMax` of all these. `numberMax`: any number in it.
   */
  lorebook: {
    fileBytesMax: 8_000_000,
    valuesMax: 1_000_000,
    depthMax: 32,
    entriesMax: 10_000,
    keysMax: 200,
    keyCharactersMax: 2000,
    searchedKeyCharactersMax: 256,
    searchedCharactersMax: 524_288,
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
   * instructions times characters of all regular expressions; characters of the texts that are activated, and timed effects kept.
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
    shareMax: 0.5,
    charactersPerTokenMax: 16,
  },
  /**
   * One expansion of macros: characters of the result, macros expanded, levels of macros in macros, characters of a macro's own text; dice and their sides;
   * variables, and characters of a variable's name and value.
   */
  macros: {
    outputCharactersMax: 200_000,
    countMax: 5000,
    nestingMax: 16,
    diceMax: 100,
    sidesMax: 1_000_000,
    variablesMax: 500,
    variableNameCharactersMax: 100,
    variableCharactersMax: 4000,
  },
  /**
   * A persona's picture as it is shown in a chat: bytes (Discord says nothing of a limit; more than a mebibyte has been refused
   * silently), and pixels of a side.
   */
  shownPicture: { bytesMax: 1_048_576, sideMax: 4096 },
  /** A persona's summary, in characters: what Discord shows of a choice. */
  personaSummaryCharactersMax: 100,
  /** One logged value: characters, levels of nesting, entries of a list or object. */
  log: { valueCharactersMax: 4000, depthMax: 6, entriesMax: 50 },
} as const;
