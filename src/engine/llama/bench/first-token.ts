import type { Engine } from '../../../core/engine.ts';
import { ask, type Timed } from './ask.ts';
import { createGrowingConversation, type GrowingConversation } from './growing-conversation.ts';
import { median, type Stopwatch } from './stopwatch.ts';

/** In which state a conversation's next turn comes. */
export const firstTokenCases = ['cold', 'warm', 'switch', 'restart', 'prefill'] as const;
export type FirstTokenCase = (typeof firstTokenCases)[number];

/** The median of several turns. */
export type FirstToken = { readonly ms: number; readonly evaluatedTokens: number; readonly promptTokens: number };

export type FirstTokenSizes = {
  /** Tokens that stand in the conversation before the measured turns. */
  readonly conversationTokens: readonly number[];
  /** Words of one turn, a token each with most vocabularies. */
  readonly turnWords: number;
  /** Conversations that take turns in the engine's two slots. */
  readonly conversations: number;
  readonly repeats: number;
};

/** What is measured beside the engine at the same moments, so that a slow minute of the machine slows both. */
export interface Beside {
  /** The library alone reads a whole prompt. */
  cold(tokens: readonly number[]): Promise<void>;
  /** The library alone reads so many of its last tokens, behind those before. */
  tail(tokens: readonly number[], newTokens: number): Promise<void>;
}

/**
 * Milliseconds to the first token of a turn in a conversation that grows:
 * `cold` nothing of it is known; `warm` its slot holds all but the new turn; `switch` other conversations have used the slots
 * meanwhile; `restart` the engine has been ended and begun again; `prefill` the turn was read ahead.
 *
 * @param reopen ends an engine, as the bot does, and begins a new one with the same kept states; the caller ends the last one
 * @returns by the conversation's tokens
 */
export const measureFirstTokens = async (
  first: Engine,
  watch: Stopwatch,
  sizes: FirstTokenSizes,
  reopen: (engine: Engine) => Promise<Engine>,
  tell: (conversationTokens: number) => void,
  beside?: Beside,
): Promise<ReadonlyMap<number, Readonly<Record<FirstTokenCase, FirstToken>>>> => {
  let engine = first;
  const { conversationTokens, turnWords, conversations, repeats } = sizes;
  const turn = ({ prompt, name }: GrowingConversation): Promise<Timed> =>
    ask(engine, watch, { prompt, affinity: name, outputTokensMax: 1 });
  const begin = (name: string, seed: number): GrowingConversation =>
    createGrowingConversation(async (prompt) => (await engine.countTokens([prompt]))[0] ?? 0, name, seed);
  const tokensOf = async ({ prompt }: GrowingConversation): Promise<readonly number[]> =>
    (await engine.tokenise([prompt]))[0]?.tokens ?? [];
  const growing = Array.from({ length: conversations }, (_, index) => begin(`growing ${index}`, index + 1));
  const [own = begin('growing', 1)] = growing;
  const figures = new Map<number, Readonly<Record<FirstTokenCase, FirstToken>>>();

  for (const [step, tokens] of conversationTokens.entries()) {
    tell(tokens);
    const measured: Record<FirstTokenCase, Timed[]> = { cold: [], warm: [], switch: [], restart: [], prefill: [] };
    // Leaves an empty slot behind, as after a start: what a slot costs that has to be cleared first is part of `switch`.
    await turn(begin('nobody', 99));
    await engine.forget('nobody');
    for (let repeat = 0; repeat < repeats; repeat++) {
      const cold = begin(`cold ${step} ${repeat}`, 100 + 10 * step + repeat);
      await cold.growTo(tokens);
      await beside?.cold(await tokensOf(cold));
      measured.cold.push(await turn(cold));
      await engine.forget(cold.name);
    }
    for (const each of growing) {
      await each.growTo(tokens);
      await turn(each);
    }
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const each of growing) {
        each.say(turnWords);
        measured.switch.push(await turn(each));
      }
    for (let repeat = 0; repeat < repeats; repeat++) {
      await turn(own);
      own.say(turnWords);
      const warm = await turn(own);
      measured.warm.push(warm);
      await beside?.tail(await tokensOf(own), newTokens(warm));
      own.say(turnWords);
      await engine.prefill?.({ prompt: own.prompt, affinity: own.name, signal: new AbortController().signal });
      measured.prefill.push(await turn(own));
    }
    for (let repeat = 0; repeat < repeats; repeat++) {
      await turn(own);
      engine = await reopen(engine);
      own.say(turnWords);
      measured.restart.push(await turn(own));
    }
    figures.set(tokens, {
      cold: middle(measured.cold),
      warm: middle(measured.warm),
      switch: middle(measured.switch),
      restart: middle(measured.restart),
      prefill: middle(measured.prefill),
    });
  }
  return figures;
};

const newTokens = ({ usage }: Timed): number => usage.promptTokens - usage.cachedTokens;

const middle = (turns: readonly Timed[]): FirstToken => ({
  ms: median(turns.map(({ firstMs }) => firstMs)),
  evaluatedTokens: median(turns.map(newTokens)),
  promptTokens: median(turns.map(({ usage }) => usage.promptTokens)),
});
