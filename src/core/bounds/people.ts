/** What is kept of people and places. */
export const peopleBounds = {
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
} as const;
