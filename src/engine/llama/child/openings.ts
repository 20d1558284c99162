import { commonLength } from './choose-source.ts';

/** A prompt that is on its way into a slot. */
export type Reader = {
  readonly tokens: readonly number[];
  /** Notes how much of the prompt is in the slot. */
  advance(position: number): void;
  /** It has been read, or never will be. */
  end(): void;
};

/** Another request that is about to evaluate what a prompt begins with. */
type Leader = {
  readonly common: number;
  /** Resolves when that is evaluated, or never will be, or on abort. */
  passed(signal: AbortSignal): Promise<void>;
};

/**
 * Prompts being read. Of several that begin alike and come at the same time, such as those of one
 * persona, the first evaluates the beginning and the others wait to copy it.
 */
export interface Openings {
  /** In the order in which slots were given, so that nobody waits for one who waits for a slot. */
  begin(tokens: readonly number[]): Reader;
  /** An earlier reader that will have at least `commonMin` tokens of this prompt. */
  leaderOf(reader: Reader, commonMin: number): Leader | undefined;
}

export const createOpenings = (): Openings => {
  type State = { readonly reader: Reader; position: number; isEnded: boolean; readonly watchers: Set<() => void> };
  const states: State[] = [];

  return {
    begin: (tokens) => {
      const notify = (): void => {
        for (const watcher of [...state.watchers]) watcher();
      };
      const reader: Reader = {
        tokens,
        advance: (position) => {
          state.position = position;
          notify();
        },
        end: () => {
          if (state.isEnded) return;
          state.isEnded = true;
          states.splice(states.indexOf(state), 1);
          notify();
        },
      };
      const state: State = { reader, position: 0, isEnded: false, watchers: new Set() };
      states.push(state);
      return reader;
    },
    leaderOf: (reader, commonMin) => {
      for (const state of states) {
        if (state.reader === reader) return undefined;
        const common = commonLength(state.reader.tokens, reader.tokens);
        if (common < commonMin || state.position >= common) continue;
        return {
          common,
          passed: (signal) =>
            new Promise((resolve) => {
              const watch = (): void => {
                if (state.position < common && !state.isEnded && !signal.aborted) return;
                state.watchers.delete(watch);
                signal.removeEventListener('abort', watch);
                resolve();
              };
              state.watchers.add(watch);
              signal.addEventListener('abort', watch);
              watch();
            }),
        };
      }
      return undefined;
    },
  };
};
