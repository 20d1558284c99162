import type { Library } from '../app/library.ts';
import { createLore } from '../app/lore.ts';
import { createPlaces } from '../app/place-services.ts';
import { createOverrides } from '../config/overrides.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import type { ChatMessage } from '../core/prompt.ts';
import { createMemory } from '../memory/memory.ts';
import { createHumanPersonas } from '../people/human-personas.ts';
import { terminalConversation } from '../platform/terminal/talk.ts';
import { turnsOf } from '../prompt/index.ts';
import { createRecall } from '../recall/index.ts';
import { openStore } from '../store/store.ts';
import { type PreparedPrompt, preparePrompt } from '../turn/prepare.ts';

/** What a conversation's prompt would be in a chat. */
export type PromptAsInChat = {
  readonly prepared: PreparedPrompt;
  /** Older turns that were not even looked at, because of `historyTurnsMax` or `bounds.prompt.turnsMax`. */
  readonly turnsLeftOut: number;
};

/** What the clock shows in every such prompt: Wednesday, noon, UTC. */
const clock = Date.UTC(2025, 0, 1, 12);

/**
 * Makes the prompt of messages as the chat in a terminal makes it where they were said: by the same code, over a memory
 * of its own that is empty but for them. Clock and chance are always the same, so that the prompt is, too. What people
 * set, attached or said about themselves by command is in the bot's memory and is not read. Throws what `preparePrompt` throws.
 */
export const promptAsInChat = async (
  messages: readonly ChatMessage[],
  persona: Persona,
  { library, engine, logger }: { readonly library: Library; readonly engine: Engine; readonly logger: Logger },
): Promise<PromptAsInChat> => {
  const store = await openStore('memory://');
  const now = (): number => clock;
  const memory = createMemory({ store, now, logger });
  try {
    await engine.start();
    const random = createRepeatableChance();
    const { service: lore } = createLore(library, store, logger, random);
    const overrides = createOverrides({ store, logger });
    const recall = createRecall({ memory, mayUse: async () => true });
    const places = createPlaces(library, { memory, engine, overrides, people: createHumanPersonas(store), lore, recall });
    await memory.configure(terminalConversation, { personaId: persona.id });
    const { turns, conversationNote } = turnsOf(messages, persona);
    await remember(memory, turns);
    const prepared = await preparePrompt({ ...(await places.at(undefined)), now, random }, terminalConversation, {
      // Where the last word is an answer somebody goes on after it, and nothing of the file is passed over.
      follows: turns.at(-1)?.role === 'assistant',
      ...(conversationNote !== undefined && { conversationNote }),
    });
    if (!prepared)
      throw new PaddockError('not-found', 'the conversation is not remembered', {
        userText: 'I do not remember what was said.',
      });
    return { prepared, turnsLeftOut: turns.length - prepared.input.turns.length };
  } finally {
    await memory.close();
  }
};

const remember = async (memory: Memory, turns: ReturnType<typeof turnsOf>['turns']): Promise<void> => {
  for (const { role, speaker, alternatives, messageIds } of turns)
    await memory.append(terminalConversation, { role, speaker, text: alternatives[0] ?? '', at: clock, messageIds });
};

/** Numbers from 0 up to, but not including, 1: in every process the same ones. A linear congruential generator; nothing secret hangs on it. */
const createRepeatableChance = (): (() => number) => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
