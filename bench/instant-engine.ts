import type { Engine, GenerateEvent, GenerateRequest, ModelInfo } from '../src/core/engine.ts';
import { type Prompt, promptText } from '../src/core/prompt.ts';

const model: ModelInfo = {
  name: 'Instant',
  isDemo: false,
  contextTokens: 4096,
  slots: 2,
  device: 'cpu',
  hasChatTemplate: false,
  bosText: '<s>',
  eosText: '</s>',
};

/** Some four characters are a token in English. */
const tokensOf = (prompt: Prompt): number => Math.ceil(promptText(prompt).length / 4);

/** An engine that gives everybody the same answer at once and costs next to nothing itself, so that what is left is the bot. */
export const createInstantEngine = (answer: string, onAsked: () => void, onText: () => void): Engine => {
  const generate = async function* ({ prompt }: GenerateRequest): AsyncGenerator<GenerateEvent> {
    onAsked();
    const promptTokens = tokensOf(prompt);
    onText();
    yield { type: 'text-delta', text: answer };
    yield { type: 'end', reason: 'end-token', usage: { promptTokens, cachedTokens: 0, outputTokens: 16 } };
  };
  return {
    model,
    start: async () => model,
    tokenise: async (prompts) => prompts.map(() => ({ tokens: [], kinds: [] })),
    countTokens: async (prompts) => prompts.map(tokensOf),
    renderChat: async () => [],
    generate,
    forget: async () => {},
    use: async () => model,
    close: async () => {},
  };
};
