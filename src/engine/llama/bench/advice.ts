/** One value of a setting, with what it reached. */
export type Trial<Value> = { readonly value: Value; readonly tokensPerSecond: number };

/** What was tried. The first trial of each is the default, which is advised where nothing else is clearly faster. */
export type Trials = {
  /** Writing one answer; empty where the graphics card does it all. */
  readonly threads: readonly Trial<'auto' | number>[];
  /** Reading prompts. */
  readonly batchTokens: readonly Trial<number>[];
  /** All answers together, ascending. */
  readonly slots: readonly Trial<number>[];
  /** One answer; `draft` where there is a draft model. */
  readonly speculation: readonly Trial<'off' | 'prompt-lookup' | 'draft'>[];
  /** Milliseconds to the first token of a new turn: nothing known, all known, and known but given away. */
  readonly restore?: { readonly coldMs: number; readonly warmMs: number; readonly switchMs: number };
};

export type Advice = {
  readonly sentences: readonly string[];
  /** Lines for `engine:` in config/paddock.yaml. */
  readonly lines: readonly string[];
};

/** What is not faster by this is not worth another setting: so much differs from run to run. */
const gainMin = 1.08;
/** Slower than people read, in tokens a second. */
const readingSpeed = 6;

export const adviceFor = (trials: Trials, settings: { readonly draftModel?: string }): Advice => {
  const sentences: string[] = [];
  const lines: string[] = [];

  const threads = best(trials.threads);
  if (threads) {
    sentences.push(`Threads: ${list(trials.threads)} tokens a second. ${chosen(trials.threads, threads)}`);
    lines.push(`threads: ${threads.value}`);
  } else sentences.push('Threads hardly matter here: the graphics card computes.');

  const batch = best(trials.batchTokens);
  if (batch) {
    sentences.push(
      `Tokens in a batch: ${list(trials.batchTokens)} tokens of a prompt a second. ${chosen(trials.batchTokens, batch)}`,
    );
    lines.push(`batchTokens: ${batch.value}`);
  }

  const slots = bestSlots(trials.slots);
  if (slots) {
    const each = slots.tokensPerSecond / slots.value;
    sentences.push(
      `Answers at once: ${list(trials.slots)} tokens a second in all. Take ${slots.value}: each answer then has ${round(each)} a second${each < readingSpeed ? ', slower than people read' : ''}.`,
    );
    lines.push(`slots: ${slots.value}`);
  }

  const speculation = best(trials.speculation);
  const [off] = trials.speculation;
  if (speculation && off) {
    for (const { value, tokensPerSecond } of trials.speculation.slice(1)) {
      const gain = tokensPerSecond / off.tokensPerSecond;
      const name = value === 'draft' ? 'The draft model' : 'Prompt lookup';
      sentences.push(
        gain >= gainMin
          ? `${name} helps: ${round(tokensPerSecond)} tokens a second instead of ${round(off.tokensPerSecond)}.`
          : `${name} does not help: ${round(tokensPerSecond)} tokens a second, and ${round(off.tokensPerSecond)} without.`,
      );
    }
    lines.push(`speculation: ${speculation.value}`);
    if (speculation.value === 'draft' && settings.draftModel !== undefined) lines.push(`draftModel: ${settings.draftModel}`);
  }

  if (trials.restore) {
    const { coldMs, warmMs, switchMs } = trials.restore;
    const [kept, evaluated] = [round(switchMs), round(coldMs)];
    sentences.push(
      switchMs * gainMin < coldMs
        ? `Restoring a conversation beats reading it again: ${kept} ms to the first token instead of ${evaluated} ms (${round(warmMs)} ms where it still has its slot).`
        : `Restoring a conversation is no faster than reading it again (${kept} ms, and ${evaluated} ms), so keeping states is not worth the disk.`,
    );
    if (switchMs * gainMin >= coldMs) lines.push('stateMegabytes: 0');
  }
  return { sentences, lines };
};

/** The fastest, if it is clearly faster than the default. */
const best = <Value>(trials: readonly Trial<Value>[]): Trial<Value> | undefined => {
  const [first, ...others] = trials;
  if (!first) return undefined;
  return others.reduce(
    (champion, trial) =>
      trial.tokensPerSecond > champion.tokensPerSecond * (champion === first ? gainMin : 1) ? trial : champion,
    first,
  );
};

/** More at once as long as all together get faster by it and each is still fast enough to be read. */
const bestSlots = (trials: readonly Trial<number>[]): Trial<number> | undefined =>
  trials.reduce<Trial<number> | undefined>((champion, trial) => {
    if (!champion) return trial;
    const isFaster = trial.tokensPerSecond >= champion.tokensPerSecond * gainMin;
    return isFaster && trial.tokensPerSecond / trial.value >= readingSpeed ? trial : champion;
  }, undefined);

const chosen = <Value>([first]: readonly Trial<Value>[], taken: Trial<Value>): string =>
  taken === first ? `Leave it at ${String(taken.value)}.` : `Take ${String(taken.value)}.`;

const list = (trials: readonly Trial<unknown>[]): string =>
  trials.map(({ value, tokensPerSecond }) => `${String(value)} gives ${round(tokensPerSecond)}`).join(', ');

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
