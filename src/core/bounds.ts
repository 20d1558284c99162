/** Every bound of the bot that is no setting stands here. */
export const bounds = {
  /** Turns in one stored segment of a conversation. */
  segmentTurnsMax: 64,
  /** Characters of one message taken from a platform; the rest is cut. */
  messageCharactersMax: 16_000,
  /** Characters of a display name in a prompt. */
  nameCharactersMax: 64,
  /** Requests that wait or run: in all, in a conversation, of a user. */
  queue: { total: 64, perConversation: 8, perUser: 3 },
  /** Answers of bots in a row, without a human between them, before the bot falls silent. */
  botTurnsInARowMax: 6,
  /** Longest a generation may take, in milliseconds. */
  generationMsMax: 10 * 60_000,
  /** Discord's limit for one message, in UTF-16 units. */
  discordMessageCharactersMax: 2000,
  /** Longest the bot takes to end once told to, in milliseconds. */
  shutdownMsMax: 8_000,
  /** A chat template's rendering: time in milliseconds, memory in MiB, output in characters. */
  chatTemplate: { renderMsMax: 250, memoryMiBMax: 64, outputCharactersMax: 1_000_000 },
  /** A persona, template or configuration file, in bytes. */
  textFileBytesMax: 1_000_000,
} as const;
