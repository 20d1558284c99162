/** How much is measured. Words are a token each in most vocabularies. */
export type BenchSizes = {
  readonly repeats: number;
  readonly speed: { readonly atOnce: readonly number[]; readonly promptWords: number; readonly outputTokens: number };
  readonly firstToken: {
    readonly conversationTokens: readonly number[];
    readonly turnWords: number;
    readonly conversations: number;
  };
  readonly stall: { readonly running: number; readonly arrivingWords: number };
  /** A message makes three calls or four (typing, the answer, the buttons of the one before), and discord.js makes at most 50 a second. */
  readonly overhead: { readonly channels: readonly number[]; readonly messages: number; readonly messageMs: number };
};

export const fullSizes: BenchSizes = {
  repeats: 3,
  speed: { atOnce: [1, 2, 4, 8], promptWords: 256, outputTokens: 96 },
  firstToken: { conversationTokens: [600, 2000, 4000], turnWords: 60, conversations: 8 },
  stall: { running: 2, arrivingWords: 2000 },
  overhead: { channels: [1, 1000], messages: 300, messageMs: 120 },
};

export const quickSizes: BenchSizes = {
  repeats: 1,
  speed: { atOnce: [1, 4], promptWords: 128, outputTokens: 64 },
  firstToken: { conversationTokens: [600], turnWords: 60, conversations: 4 },
  stall: { running: 1, arrivingWords: 600 },
  overhead: { channels: [1, 1000], messages: 100, messageMs: 120 },
};
