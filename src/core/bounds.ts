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
  /** Characters of one message taken from a platform; the rest is cut. */
  messageCharactersMax: 16_000,
  /** Characters of a display name in a prompt. */
  nameCharactersMax: 64,
  /** Requests that wait or run: in all, in a conversation, of a user. */
  queue: { total: 64, perConversation: 8, perUser: 3 },
  /** Answers of bots in a row, without a human between them, before the bot falls silent. */
  botTurnsInARowMax: 6,
  /** Conversations in which the answers to bots are counted. */
  botConversationsMax: 1000,
  /** Longest a generation may take, in milliseconds. */
  generationMsMax: 10 * 60_000,
  /** Discord's limit for one message, in UTF-16 units. */
  discordMessageCharactersMax: 2000,
  /** What the Discord platform keeps, each the newest so many. */
  discord: {
    /** Ids of events already handled, and for how long, in milliseconds. */
    seenEventsMax: 100_000,
    seenEventsMs: 24 * 60 * 60_000,
    /** Channels whose last message is known, so that what came while the connection was lost can be fetched. */
    activeChannelsMax: 500,
    /** Messages fetched for one such channel. */
    missedMessagesMax: 100,
    /** Channels, and people in each, whose display names are told apart. */
    namedChannelsMax: 1000,
    namedPeopleMax: 500,
    /** Users and messages in the client's caches: users in all, members of one server. */
    usersMax: 2000,
    membersMax: 200,
    /** Identifies of the day that must be left for a start; below it, a fault that restarts the bot could use up all. */
    identifiesMin: 50,
    /** Longest the gateway may take to say goodbye, in milliseconds. */
    closeMsMax: 3000,
  },
  /** Longest the bot takes to end once told to, in milliseconds. */
  shutdownMsMax: 8_000,
  /** Characters of one option of a command. */
  commandOptionCharactersMax: 1000,
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
  /** Files in the presets folder. */
  presetsMax: 500,
  /** Bytes at the beginning of a model's file in which its name is looked for. */
  modelNameBytesMax: 65_536,
  /** A persona's summary, in characters: what Discord shows of a choice. */
  personaSummaryCharactersMax: 100,
  /** One logged value: characters, levels of nesting, entries of a list or object. */
  log: { valueCharactersMax: 4000, depthMax: 6, entriesMax: 50 },
} as const;
