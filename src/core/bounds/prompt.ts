/** What a prompt is made of. */
export const promptBounds = {
  /**
   * What the prompt keeps, of at most `turnsMax` turns read. When the context is full, older turns are dropped until those that stay
   * fill `lowWaterShare` of their room. Texts with more than `charactersPerTokenMax` characters for
   * each token of the context can't fit and are not counted. `participantStopsMax`: names whose
   * lines end an answer. `questionTokensMin`: below this much room for a question a persona is too long.
   */
  prompt: { turnsMax: 2000, lowWaterShare: 0.6, charactersPerTokenMax: 16, participantStopsMax: 64, questionTokensMin: 16 },
  /**
   * One expansion of macros: characters of the result, macros expanded, levels of macros in macros, characters of a macro's own text; dice and their sides;
   * variables, and characters of a variable's name and value; of global ones the characters of a place in all, and places held in memory.
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
    globalCharactersMax: 65_536,
    globalPlacesMax: 500,
  },
} as const;
