import type { Engine } from '../../../core/engine.ts';
import { ask, type Timed } from './ask.ts';
import { createGrowingConversation, type GrowingConversation } from './growing-conversation.ts';
import { median, type Stopwatch } from './stopwatch.ts';

/** In which state a conversation's next turn comes. */
export const firstTokenCases = ['cold', 'warm', 'switch', 'restart', 'prefill'] as const;
export type FirstTokenCase = (typeof firstTokenCases)[number];

/**
 * Medians of several turns. `libraryMs`, `ratio`: what the library took right after each turn, and the turns through it; NaN
 * where it was not measured.
 */
export type FirstToken = {
  readonly ms: number;
  readonly evaluatedTokens: number;
  readonly promptTokens: number;
  readonly libraryMs: number;
  readonly ratio: number;
};

export type FirstTokenSizes = {
  /** Tokens that stand in the conversation before the measured turns. */
  readonly conversationTokens: readonly number[];
  /** Words of one turn, a token each with most vocabularies. */
  readonly turnWords: number;
  /** Conversations that take turns in the engine's two slots. */
  readonly conversations: number;
  readonly repeats: number;
};

/**
 * What is measured beside the engine at the same moments, so that a slow minute of the machine slows both: the milliseconds that
 * the library alone takes to the first token, when it holds all of the prompt but so many of its last tokens.
 */
export type MeasureLibrary = (prompt: readonly number[], newTokens: number) => Promise<number>;

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
  measureLibrary?: MeasureLibrary,
): Promise<ReadonlyMap<number, Readonly<Record<FirstTokenCase, FirstToken>>>> => {
  let engine = first;
  const { conversationTokens, turnWords, conversations, repeats } = sizes;
  const turn = ({ prompt, name }: GrowingConversation): Promise<Timed> =>
    ask(engine, watch, { prompt, affinity: name, outputTokensMax: 1 });
  const begin = (name: string, seed: number): GrowingConversation =>
    createGrowingConversation(async (prompt) => (await engine.countTokens([prompt]))[0] ?? 0, name, seed);
  const tokensOf = async ({ prompt }: GrowingConversation): Promise<readonly number[]> =>
    (await engine.tokenise([prompt]))[0]?.tokens ?? [];
  /** @param newTokens that the library reads [those that the engine read] */
  const beside = async (of: GrowingConversation, timed: Timed, newTokens = evaluatedOf(timed)): Promise<Measured> => ({
    ...timed,
    libraryMs: (await measureLibrary?.(await tokensOf(of), newTokens)) ?? Number.NaN,
  });
  const growing = Array.from({ length: conversations }, (_, index) => begin(`growing ${index}`, index + 1));
  const [own = begin('growing', 1)] = growing;
  const figures = new Map<number, Readonly<Record<FirstTokenCase, FirstToken>>>();

  for (const [step, tokens] of conversationTokens.entries()) {
    tell(tokens);
    const measured: Record<FirstTokenCase, Measured[]> = { cold: [], warm: [], switch: [], restart: [], prefill: [] };
    // Leaves an empty slot behind, as after a start: what a slot costs that has to be cleared first is part of `switch`.
    await turn(begin('nobody', 99));
    await engine.forget('nobody');
    for (let repeat = 0; repeat < repeats; repeat++) {
      const cold = begin(`cold ${step} ${repeat}`, 100 + 10 * step + repeat);
      await cold.growTo(tokens);
      const timed = await turn(cold);
      measured.cold.push(await beside(cold, timed, timed.usage.promptTokens));
      await engine.forget(cold.name);
    }
    for (const each of growing) {
      await each.growTo(tokens);
      await turn(each);
    }
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const each of growing) {
        each.say(turnWords);
        const timed = await turn(each);
        // The library has one sequence: it would have to read every other conversation first, which measures nothing.
        measured.switch.push(each === own ? await beside(own, timed) : { ...timed, libraryMs: Number.NaN });
      }
    for (let repeat = 0; repeat < repeats; repeat++) {
      await turn(own);
      own.say(turnWords);
      const warm = await turn(own);
      measured.warm.push(await beside(own, warm));
      own.say(turnWords);
      await engine.prefill?.({ prompt: own.prompt, affinity: own.name, signal: new AbortController().signal });
      // Against the whole turn, which is what the library would have to read now.
      measured.prefill.push(await beside(own, await turn(own), evaluatedOf(warm)));
    }
    for (let repeat = 0; repeat < repeats; repeat++) {
      await turn(own);
      engine = await reopen(engine);
      own.say(turnWords);
      measured.restart.push(await beside(own, await turn(own)));
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

type Measured = Timed & { readonly libraryMs: number };

const evaluatedOf = ({ usage }: Timed): number => usage.promptTokens - usage.cachedTokens;

const middle = (turns: readonly Measured[]): FirstToken => {
  const paired = turns.filter(({ libraryMs }) => !Number.isNaN(libraryMs));
  return {
    ms: median(turns.map(({ firstMs }) => firstMs)),
    evaluatedTokens: median(turns.map(evaluatedOf)),
    promptTokens: median(turns.map(({ usage }) => usage.promptTokens)),
    libraryMs: median(paired.map(({ libraryMs }) => libraryMs)),
    ratio: median(paired.map(({ firstMs, libraryMs }) => firstMs / libraryMs)),
  };
};
