import type { Engine } from '../../../core/engine.ts';
import type { RestoreTrial } from './advice.ts';
import { ask } from './ask.ts';
import { createGrowingConversation, type GrowingConversation } from './growing-conversation.ts';
import type { Stopwatch } from './stopwatch.ts';

export type RestoreSizes = {
  /** Of each conversation. */
  readonly conversationTokens: number;
  readonly turnWords: number;
  /** Pairs of a restored conversation and one that is read anew. */
  readonly pairs: number;
};

/** One more than the engine has slots, so that whoever comes next has lost its own. */
const conversations = 3;

/**
 * Milliseconds to the first token of a turn in a conversation that was given up for another, beside those of one of
 * the same length that nobody has read: each pair right after one another.
 *
 * @param engine with two slots, and states that are kept whatever that takes
 */
export const measureRestore = async (
  engine: Engine,
  watch: Stopwatch,
  { conversationTokens, turnWords, pairs }: RestoreSizes,
): Promise<RestoreTrial> => {
  const begin = async (name: string, seed: number): Promise<GrowingConversation> => {
    const conversation = createGrowingConversation(async (prompt) => (await engine.countTokens([prompt]))[0] ?? 0, name, seed);
    await conversation.growTo(conversationTokens);
    return conversation;
  };
  const turn = async ({ prompt, name }: GrowingConversation): Promise<number> =>
    (await ask(engine, watch, { prompt, affinity: name, outputTokensMax: 1 })).firstMs;
  const kept: GrowingConversation[] = [];
  for (let index = 0; index < conversations; index++) kept.push(await begin(`kept ${index}`, index + 1));
  for (const each of kept) await turn(each);

  const trial = { coldMs: [] as number[], warmMs: [] as number[], switchMs: [] as number[], ratios: [] as number[] };
  for (let pair = 0; pair < pairs; pair++) {
    // In turns, and each is followed by a new one: whoever comes has waited for longest, and has no slot.
    const own = kept[pair % kept.length];
    if (!own) throw new RangeError('no conversation');
    own.say(turnWords);
    const switchMs = await turn(own);
    own.say(turnWords);
    trial.warmMs.push(await turn(own));
    const fresh = await begin(`new ${pair}`, 100 + pair);
    fresh.say(turnWords);
    const coldMs = await turn(fresh);
    await engine.forget(fresh.name);
    // So that the next one takes a slot that holds another, as it is when there are many.
    await turn(kept[(pair + 1 + kept.length - 2) % kept.length] ?? own);
    trial.switchMs.push(switchMs);
    trial.coldMs.push(coldMs);
    trial.ratios.push(coldMs / switchMs);
  }
  return trial;
};
