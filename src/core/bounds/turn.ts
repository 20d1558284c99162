/** Questions that wait, and answers that are made, changed and taken back. */
export const turnBounds = {
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
  /** A refusal that somebody was told is not told again in the same place for so long, in milliseconds; of so many it is known. */
  toldRefusals: { quietMs: 10 * 60_000, countMax: 10_000 },
  /** Requests that wait or run: in all, in a conversation, of a user. */
  queue: { total: 64, perConversation: 8, perUser: 3 },
  /** How long a question waits before the place in the queue is shown to whoever asked, and before it is brought up to date, in milliseconds. */
  placeNotice: { afterMs: 5000, renewMs: 30_000 },
  /**
   * Members of a scene; the part of the context that the scenarios and examples of those who do not speak can take together; how long a
   * conversation is not told again that nobody speaks unasked there, in milliseconds, and in how many that is known.
   */
  scene: { membersMax: 16, joinedShareMax: 0.25, toldMs: 30 * 60_000, toldConversationsMax: 1000 },
  /** Scenes that go on by themselves: conversations at once; the pause, in milliseconds, and turns without a human that can be chosen. */
  autoScene: { conversationsMax: 1000, pauseMs: 5000, pauseMsMin: 1000, pauseMsMax: 10 * 60_000, turnsMax: 4, turnsMaxMax: 20 },
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
  /** Messages that one answer may become where longer ones are sent as a file; `reply.longAnswers`. */
  answerMessagesMax: 5,
  /** Characters of a notice: an error, a full queue. */
  noticeCharactersMax: 400,
  /** Longest a command waits for answers that it stopped to let go of the conversation, in milliseconds. */
  answerStopMsMax: 5_000,
} as const;
