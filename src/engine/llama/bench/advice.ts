import { compare, gainMin, spreadOf, type Trial, type Verdict } from './compare.ts';
import { median } from './stopwatch.ts';

/** What was tried. The first trial of each is the default, which is advised where nothing else is clearly faster. */
export type Trials = {
  /** Writing one answer; empty where the graphics card does it all. */
  readonly threads: readonly Trial<'auto' | number>[];
  /** Reading prompts. */
  readonly batchTokens: readonly Trial<'auto' | number>[];
  /** All answers together, ascending from one at once. */
  readonly slots: readonly Trial<number>[];
  /** How many slots with the configured context the memory was asked for and had room for, in tokens each. */
  readonly slotsFit: { readonly asked: number; readonly reached: number; readonly contextTokens: number };
  /** One answer; `draft` where there is a draft model. */
  readonly speculation: readonly Trial<'off' | 'prompt-lookup' | 'draft'>[];
  readonly restore?: RestoreTrial;
};

/** Milliseconds to the first token of a new turn, of each run: nothing known, all known, and known but given away. */
export type RestoreTrial = {
  readonly coldMs: readonly number[];
  readonly warmMs: readonly number[];
  readonly switchMs: readonly number[];
  /** What reading anew took, through what restoring right before it took. */
  readonly ratios: readonly number[];
};

export type Advice = {
  readonly sentences: readonly string[];
  /** Lines for `engine:` in config/paddock.yaml; none about what could not be told. */
  readonly lines: readonly string[];
};

/** Slower than people read, in tokens a second. */
const readingSpeed = 6;

const again = 'end other programs and run again';

export const adviceFor = (trials: Trials, settings: { readonly draftModel?: string }): Advice => {
  const parts = [
    trials.threads.length === 0
      ? said('Threads hardly matter here: the graphics card computes.')
      : adviseOne('threads', 'Threads', 'tokens a second', trials.threads),
    adviseOne('batchTokens', 'Tokens in a batch', 'tokens of a prompt a second', trials.batchTokens),
    adviseSlots(trials),
    adviseSpeculation(trials.speculation, settings.draftModel),
    trials.restore ? adviseRestore(trials.restore) : said(),
  ];
  return { sentences: parts.flatMap(({ sentences }) => sentences), lines: parts.flatMap(({ lines }) => lines) };
};

const said = (sentence?: string, ...lines: readonly string[]): Advice => ({
  sentences: sentence === undefined ? [] : [sentence],
  lines,
});

const adviseOne = <Value extends string | number>(
  setting: string,
  title: string,
  unit: string,
  [first, ...others]: readonly Trial<Value>[],
): Advice => {
  if (!first) return said();
  const { best, unclear } = judge(others);
  const told = `${title}: ${list([first, ...others])} ${unit}.`;
  if (best) return said(`${told} Take ${best.value}.${unclear ? ` ${unclearText(unclear)}` : ''}`, `${setting}: ${best.value}`);
  return unclear
    ? said(`${told} ${unclearText(unclear)}`)
    : said(`${told} Leave it at ${first.value}.`, `${setting}: ${first.value}`);
};

/** The fastest of those that are clearly faster than the default, and one that may be faster still. */
const judge = <Value>(others: readonly Trial<Value>[]): { readonly best?: Trial<Value>; readonly unclear?: Trial<Value> } => {
  const rate = ({ ratios }: Trial<Value>): number => median(ratios);
  const those = (verdict: Verdict) =>
    others.filter(({ ratios }) => compare(ratios) === verdict).sort((a, b) => rate(b) - rate(a));
  const [best] = those('faster');
  // The best of its runs would be worth it.
  const unclear = those('noisy').find(({ ratios }) => Math.max(...ratios) >= (best ? rate(best) : 1) * (1 + gainMin));
  return { ...(best && { best }), ...(unclear && { unclear }) };
};

const unclearText = ({ value, ratios }: Trial<unknown>): string =>
  `Too noisy to tell whether ${value} is faster: from run to run it was ${times(ratios)} the default's speed; ${again}.`;

/** More at once as long as all together get clearly faster by it and each is still fast enough to be read. */
const adviseSlots = ({ slots, slotsFit }: Pick<Trials, 'slots' | 'slotsFit'>): Advice => {
  const { asked, reached, contextTokens } = slotsFit;
  const [first, ...others] = slots;
  if (!first) return said();
  const fit =
    reached < asked
      ? `The memory has room for ${reached} of ${asked} slots with ${contextTokens} tokens each, so no more were tried. `
      : `${asked} slots with ${contextTokens} tokens each fit the memory. `;
  let best = first;
  let unclear: Trial<number> | undefined;
  for (const trial of others) {
    if (speedOf(trial) / trial.value < readingSpeed) continue;
    const isFirst = best === first;
    const rate = isFirst ? 1 : median(best.ratios);
    const verdict = compare(
      trial.ratios.map((ratio) => ratio / rate),
      isFirst ? 0 : spreadOf(best.ratios),
    );
    if (verdict === 'faster') {
      best = trial;
      unclear = undefined;
    } else if (verdict === 'noisy' && Math.max(...trial.ratios) >= rate * (1 + gainMin)) unclear ??= trial;
  }
  const told = `Answers at once: ${list(slots)} tokens a second in all. ${fit}`;
  if (unclear)
    return said(
      `${told}Too noisy to tell whether ${unclear.value} at once are faster than ${best.value}: from run to run they were ${times(unclear.ratios)} the speed of one; ${again}.`,
      ...(best === first ? [] : [`slots: ${best.value}`]),
    );
  const each = speedOf(best) / best.value;
  return said(
    `${told}Take ${best.value}: each answer then has ${round(each)} a second${each < readingSpeed ? ', slower than people read' : ''}.`,
    `slots: ${best.value}`,
  );
};

const adviseSpeculation = ([off, ...others]: Trials['speculation'], draftModel: string | undefined): Advice => {
  if (!off) return said();
  const sentences = others.map((trial) => {
    const name = trial.value === 'draft' ? 'The draft model' : 'Prompt lookup';
    const [here, without] = [runs(trial), runs(off)];
    const verdict = compare(trial.ratios);
    if (verdict === 'noisy') return `${name}: ${here} tokens a second, and ${without} without. ${unclearText(trial)}`;
    return verdict === 'faster'
      ? `${name} helps: ${here} tokens a second instead of ${without}.`
      : `${name} does not help: ${here} tokens a second, and ${without} without.`;
  });
  const { best, unclear } = judge(others);
  if (!best && unclear) return { sentences, lines: [] };
  const taken = (best ?? off).value;
  const model = taken === 'draft' && draftModel !== undefined ? [`draftModel: ${draftModel}`] : [];
  return { sentences, lines: [`speculation: ${taken}`, ...model] };
};

const adviseRestore = ({ coldMs, warmMs, switchMs, ratios }: RestoreTrial): Advice => {
  const [kept, evaluated, warm] = [range(switchMs), range(coldMs), range(warmMs)];
  const verdict = compare(ratios);
  switch (verdict) {
    case 'faster':
      return said(
        `Restoring a conversation beats reading it again: ${kept} ms to the first token instead of ${evaluated} ms (${warm} ms where it still has its slot).`,
      );
    case 'not-faster':
      return said(
        `Restoring a conversation is no faster than reading it again (${kept} ms, and ${evaluated} ms), so keeping states is not worth the disk.`,
        'stateMegabytes: 0',
      );
    case 'noisy':
      return said(
        `Restoring a conversation took ${kept} ms to the first token, and reading it again ${evaluated} ms. Too noisy to tell which is faster; ${again}.`,
      );
    default:
      return verdict satisfies never;
  }
};

const speedOf = ({ tokensPerSecond }: Trial<unknown>): number => median(tokensPerSecond);

const list = (trials: readonly Trial<unknown>[]): string =>
  trials.map((trial) => `${String(trial.value)} gives ${runs(trial)}`).join(', ');

const runs = ({ tokensPerSecond }: Trial<unknown>): string => range(tokensPerSecond);

/** The middle one, and how far they went: `70.0 (61.0 to 72.4)`. */
const range = (values: readonly number[]): string => {
  const [least, most] = [round(Math.min(...values)), round(Math.max(...values))];
  return least === most ? least : `${round(median(values))} (${least} to ${most})`;
};

const times = (ratios: readonly number[]): string =>
  `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} times`;

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
