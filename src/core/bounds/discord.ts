/** The platform Discord. */
export const discordBounds = {
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
    /** What stands in what: channels or threads that are known of one server or channel, the latest; and pairs held in memory, so that each is written once. */
    tree: { childrenMax: 5000, notedMax: 50_000 },
    /** How long after it was told to leave a server the bot forgets it, and how often it looks for such servers, in milliseconds. */
    leftServerMs: 7 * 24 * 60 * 60_000,
    leftServerCheckMs: 60 * 60_000,
    /** Characters of a thread's name that the bot gives. */
    threadNameCharactersMax: 60,
    /** Identifies of the day that must be left for a start; below it, a fault that restarts the bot could use up all. */
    identifiesMin: 50,
    /** Longest that deliveries under way may take once the bot ends, in milliseconds. */
    drainMsMax: 3000,
    /** Longest the gateway may take to say goodbye, in milliseconds. */
    closeMsMax: 3000,
  },
} as const;
