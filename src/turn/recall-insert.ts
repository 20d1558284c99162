import { bounds } from '../core/bounds.ts';
import { type ConversationKey, shownText, type Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Memory } from '../core/memory.ts';
import type { RecallSettings } from '../core/settings.ts';
import { type ComposeInput, distinctNames, namesIn, oldestShown, type PromptInsert, promptTurns } from '../prompt/index.ts';
import type { Recall, RecalledTurn } from '../recall/index.ts';

/** Recall as it is wanted in one place. */
export type PlaceRecall = Pick<Recall, 'find'> & { readonly settings: RecallSettings };

export type RecallServices = {
  readonly memory: Pick<Memory, 'turns'>;
  readonly engine: Pick<Engine, 'countTokens'>;
  readonly recall?: PlaceRecall;
};

/**
 * Older messages that have to do with what was said last, as one text for the prompt; nothing where none are found or recall is off. Never of
 * what can stand in the prompt anyway.
 *
 * @param options.afterId the newest turn that who answers does not know of
 */
export const recalledInsert = async (
  { memory, engine, recall }: RecallServices,
  {
    conversation,
    input,
    afterId,
  }: { readonly conversation: ConversationKey; readonly input: ComposeInput; readonly afterId?: string },
): Promise<readonly PromptInsert[]> => {
  if (recall === undefined) return [];
  const { settings } = recall;
  const said = promptTurns(input).filter((turn) => shownText(turn).trim() !== '');
  const texts = said.slice(-settings.queryMessages).map(shownText).toReversed();
  const newest = said.at(-1);
  const shownFrom = oldestShown(input);
  if (newest === undefined || shownFrom === undefined) return [];
  const keptFrom = await newestFrom(memory, conversation, input, newest);
  const { countMax, scoreMin } = settings;
  const recalled = recall.find(conversation, {
    texts,
    beforeId: [keptFrom, shownFrom].toSorted()[0] ?? shownFrom,
    ...(afterId !== undefined && { afterId }),
    exceptIds: new Set([
      ...(input.pins ?? []).map(({ id }) => id),
      // A layout may quote what the question replies to, however old it is.
      ...(input.layout !== undefined && newest.replyTo !== undefined ? [newest.replyTo] : []),
    ]),
    countMax,
    scoreMin,
  });
  // An extra that can not be read keeps nobody from being answered.
  const found = await recalled.catch((error: unknown) => {
    if (error instanceof PaddockError && error.code === 'store-failed') return [];
    throw error;
  });
  if (found.length === 0) return [];
  const promptTokens = input.contextTokens - Math.min(input.outputTokensMax, Math.floor(input.contextTokens / 2));
  const tokensMax = Math.min(settings.tokensMax, Math.floor(promptTokens * bounds.recall.shareMax));
  const lines = await linesWithin(found, namesOf(input, found), tokensMax, engine);
  if (lines.length === 0) return [];
  // What people have said has no more weight for being old.
  const position: PromptInsert['position'] =
    settings.depth === 'system' ? { at: 'summary' } : { at: 'depth', depth: settings.depth, role: 'user' };
  return [
    {
      source: 'recalled',
      label: lines.map(({ id, score }) => `#${id} ${score.toFixed(2)}`).join(', '),
      text: [heading, ...lines.map(({ text }) => text)].join('\n'),
      position,
    },
  ];
};

const heading = 'Past events, said earlier in this conversation:';

/** The id of the oldest of the newest turns, which are never recalled, even where the prompt does not hold them. */
const newestFrom = async (
  memory: RecallServices['memory'],
  conversation: ConversationKey,
  { turns }: ComposeInput,
  newest: Turn,
): Promise<string> => {
  const { newestMax } = bounds.recall;
  const known = turns.filter(({ id }) => id <= newest.id);
  const kept = known.length >= newestMax ? known : await memory.turns(conversation, { toId: newest.id, newest: newestMax });
  return kept.slice(-newestMax)[0]?.id ?? newest.id;
};

/** The names of the prompt; who does not speak in it has one that nobody has there. */
const namesOf = (input: ComposeInput, found: readonly RecalledTurn[]): ReadonlyMap<string, string> => {
  const names = namesIn(input);
  return distinctNames([
    ...[...names].map(([id, name]) => ({ id, name })),
    ...found
      .map(({ turn }) => turn.speaker)
      .filter(({ id }) => !names.has(id))
      .map(({ id, name }) => ({ id, name: input.nicknameOf?.(id) ?? name })),
  ]);
};

type Line = { readonly id: string; readonly score: number; readonly text: string };

/** As many as fit, the best first; the first that does not is shortened. In the order in which they were said. */
const linesWithin = async (
  found: readonly RecalledTurn[],
  names: ReadonlyMap<string, string>,
  tokensMax: number,
  { countTokens }: RecallServices['engine'],
): Promise<readonly Line[]> => {
  const all = found.map(({ turn, score }) => ({
    id: turn.id,
    score,
    text: lineOf(turn, names, tokensMax * charactersPerTokenMax),
  }));
  const [headingTokens = 0, ...counts] = await countTokens([heading, ...all.map(({ text }) => `\n${text}`)].map(textOf));
  let left = tokensMax - headingTokens;
  const kept: Line[] = [];
  for (const [index, line] of all.entries()) {
    const tokens = counts[index] ?? 0;
    if (tokens <= left) {
      kept.push(line);
      left -= tokens;
      continue;
    }
    if (left >= shortestTokens) {
      const text = cutTo(line.text, Math.floor((line.text.length * left * cutShare) / tokens));
      const [cutTokens = left + 1] = await countTokens([textOf(`\n${text}`)]);
      if (cutTokens <= left) kept.push({ ...line, text });
    }
    break;
  }
  return kept.sort((one, other) => (one.id < other.id ? -1 : 1));
};

/** Characters of a line that are counted for each token of its room; one that is longer is cut anyway. */
const charactersPerTokenMax = bounds.prompt.charactersPerTokenMax;
/** Less than this is not worth a line. */
const shortestTokens = 16;
/** Tokens are spread unevenly over a text. */
const cutShare = 0.9;

/** On one line, so that nobody speaks for two. */
const lineOf = (turn: Turn, names: ReadonlyMap<string, string>, charactersMax: number): string => {
  const text = shownText(turn)
    .replace(/\s*[\r\n\u2028\u2029]+\s*/gu, ' ')
    .trim();
  return cutTo(`- ${names.get(turn.speaker.id) ?? ''}: ${text}`, charactersMax);
};

const cutTo = (text: string, charactersMax: number): string =>
  text.length <= charactersMax
    ? text
    : `${text
        .slice(0, Math.max(0, charactersMax - 1))
        .toWellFormed()
        .trimEnd()}…`;

const textOf = (text: string) => [{ kind: 'text', text }] as const;
