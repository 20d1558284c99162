import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { bounds } from '../../../core/bounds.ts';
import type { EndReason, PrefillResult, Usage } from '../../../core/engine.ts';
import type { LlamaSettings, RemoteGenerateRequest, RemotePrefillRequest } from '../protocol.ts';
import { createDraftGuesser } from './draft-guesser.ts';
import { openDraftModel } from './draft-model.ts';
import { checkLength, startGeneration } from './generation.ts';
import { createLookupGuesser, type Guesser } from './guesser.ts';
import { createKeptStates, type KeptStates } from './kept-states.ts';
import type { LoadedModel, Log } from './load-model.ts';
import { createOpenings } from './openings.ts';
import { createPlacement } from './placement.ts';
import { createPrefiller } from './prefill.ts';
import { createRates, pieceTokens, type Rates } from './rates.ts';
import { createSlots, type Slot } from './slots.ts';
import { stateIdentity } from './state-identity.ts';
import { openStateStore } from './state-store.ts';
import { createStepper } from './stepper.ts';
import { createTokenBudget } from './token-budget.ts';
import { growInPlace } from './token-log.ts';
import type { Tokeniser } from './tokeniser.ts';
import { warmUp } from './warm-up.ts';

/** Everything that evaluates: slots, the step loop, and what is kept of conversations without a slot. */
export interface Runtime {
  generate(
    request: RemoteGenerateRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly reason: EndReason; readonly usage: Usage }>;
  prefill(request: RemotePrefillRequest, signal: AbortSignal): Promise<PrefillResult>;
  forget(affinity: string): Promise<void>;
  /** Keeps the states of all slots, those used last first, for at most `bounds.keptStates.closeMsMax`. */
  keepAll(): Promise<void>;
}

const { closeMsMax, idleMs, idleSaveMsMax } = bounds.keptStates;

export const createRuntime = async (
  settings: LlamaSettings,
  loaded: LoadedModel,
  tokeniser: Tokeniser,
  log: Log,
): Promise<Runtime> => {
  const { model, context, info } = loaded;
  const rates = createRates();
  const newSequence = (): LlamaContextSequence => growInPlace(context.getSequence());
  const kept = await openKeptStates(settings, loaded, rates, newSequence, log);
  const slots = createSlots(Array.from({ length: info.slots }, newSequence), await openDraftModel(settings, loaded, log));
  const stepper = createStepper(context.batchSize, () => pieceTokens(rates));
  const placement = createPlacement({
    slots,
    kept,
    openings: createOpenings(),
    stepper,
    rates,
    when: settings.restoreWhen ?? 'faster',
  });
  const prefiller = createPrefiller({
    slots,
    stepper,
    placement,
    rates,
    budget: createTokenBudget(settings.prefillTokensPerMinute ?? 0, Date.now),
    recentUses: info.slots,
  });
  const { prefillTokensPerMinute = 0, speculation = 'off' } = settings;
  const guesserFor = ({ draft }: Slot, all: readonly Token[]): Guesser | undefined => {
    if (speculation === 'prompt-lookup') return createLookupGuesser(all);
    return draft && createDraftGuesser(draft, all, () => pieceTokens(rates));
  };
  const never = new AbortController().signal;
  let cleaning: NodeJS.Timeout | undefined;

  /** Keeps the slot that is next in line while nothing else is to do, so that taking it over costs no time. */
  const keepNextInLine = (): void => {
    clearTimeout(cleaning);
    cleaning = setTimeout(() => {
      void stepper.whenIdle(async () => {
        const { victim } = slots;
        if (victim) await kept.keep(victim, idleSaveMsMax / 1000);
      }, never);
    }, idleMs).unref();
  };

  const [firstSlot] = slots.all;
  if (firstSlot)
    await warmUp(firstSlot, tokeniser, rates, kept).catch((error: unknown) =>
      log('warn', `the model could not be warmed up (${String(error)}); the first answer takes longer`),
    );

  return {
    generate: async (request, onText, signal) => {
      const end = stepper.begin();
      try {
        const tokens = tokeniser.tokenise(request.prompt);
        checkLength(tokens, info.contextTokens);
        const aborted = { reason: 'aborted', usage: { promptTokens: tokens.length, cachedTokens: 0, outputTokens: 0 } } as const;
        const slot = await slots.acquire(request.affinity, tokens, signal);
        if (!slot) return aborted;
        try {
          const { cachedTokens, reader } = await placement.place(slot, request.affinity, tokens, signal);
          try {
            if (signal.aborted) return aborted;
            const onRead = (position: number, piece: number, seconds: number): void => {
              reader.advance(position);
              if (position === tokens.length) reader.end();
              rates.note('prefill', piece, seconds, stepper.running > 1);
            };
            const generation = startGeneration(model, slot, request, tokens, cachedTokens, onText, onRead, (all) =>
              guesserFor(slot, all),
            );
            const reason = await stepper.run(generation, signal);
            return { reason, usage: generation.usage() };
          } finally {
            reader.end();
          }
        } finally {
          await slots.release(slot);
          keepNextInLine();
        }
      } finally {
        end();
      }
    },
    prefill: async ({ prompt, affinity }, signal) => {
      const tokens = tokeniser.tokenise(prompt);
      if (tokens.length >= info.contextTokens - 1 || prefillTokensPerMinute === 0)
        return { promptTokens: tokens.length, readTokens: 0, evaluatedTokens: 0 };
      return await prefiller.read(affinity, tokens, signal);
    },
    forget: async (affinity) => {
      prefiller.cancel(affinity);
      await stepper.between(() => slots.forget(affinity));
      await kept.forget(affinity);
    },
    keepAll: async () => {
      const endsAt = performance.now() + closeMsMax;
      for (const slot of slots.all.toSorted((one, other) => other.lastUse - one.lastUse)) {
        const seconds = (endsAt - performance.now()) / 1000;
        if (seconds > 0) await stepper.between(() => kept.keep(slot, seconds));
      }
      await kept.settled();
    },
  };
};

/** The folder of kept states; one that can't be used costs speed and no answers. */
const openKeptStates = async (
  settings: LlamaSettings,
  { model, context }: LoadedModel,
  rates: Rates,
  newSequence: () => LlamaContextSequence,
  log: Log,
): Promise<KeptStates> => {
  const onFailure = (error: unknown): void =>
    log('warn', `a conversation's evaluated state could not be kept or restored (${String(error)}); it will be read again`);
  const { stateFolder, stateBytesMax = 0, restoreWhen = 'faster' } = settings;
  const store =
    stateFolder === undefined || stateBytesMax === 0
      ? undefined
      : await stateIdentity(settings.modelPath, model, context)
          .then((identity) => openStateStore({ folder: stateFolder, bytesMax: stateBytesMax, identity, onFailure }))
          .catch((error: unknown) => {
            log(
              'warn',
              `the folder of evaluated states can't be used (${String(error)}); conversations are read again after a restart`,
            );
            return undefined;
          });
  return createKeptStates(store, rates, restoreWhen, newSequence, onFailure);
};
