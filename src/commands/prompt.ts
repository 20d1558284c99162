import type { Command, RunnableCommand } from '../core/command.ts';
import type { Locale } from '../core/locale.ts';
import { sentenceIn } from '../locale/index.ts';
import { type ConversationPrompt, previewOf } from '../turn/explain.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { partIn } from './locale/prompt-parts.ts';
import { meantAnswer } from './meant-answer.ts';
import type { CommandServices } from './services.ts';

/** Most characters of the summary, so that it is one message on every platform. */
const summaryCharactersMax = 1800;
/** Characters of one part's text, and of one stop string. */
const previewCharactersMax = 60;
const stopCharactersMax = 40;
/** Most stop strings that are named. */
const stopsMax = 10;

/** `/prompt`: what the model is sent for the last message here, for moderators only, because it holds the persona's hidden text. */
export const createPromptCommand = (services: Pick<CommandServices, 'explain'>): RunnableCommand => ({
  name: 'prompt',
  description: 'Show what the model reads here: parts, tokens, and what did not fit',
  options: [],
  rank: 'moderator',
  run: async ({ conversation, place, locale }) => ({
    text: summary(await services.explain(conversation, place), locale),
    isPrivate: true,
  }),
});

/** The menu `Show prompt`: the same for one answer. */
export const createShowPromptMenu = ({ explain, memory }: Pick<CommandServices, 'explain' | 'memory'>): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Show prompt',
    description: 'Show what the model reads for this answer',
    options: [],
    rank: 'moderator',
    run: async (context) => {
      const { id: turnId } = await meantAnswer(memory, context);
      return { text: summary(await explain(context.conversation, context.place, { turnId }), context.locale), isPrivate: true };
    },
  });

const summary = (prompt: ConversationPrompt, locale: Locale): string => {
  const tokensText = (count: number): string => say(locale, count === 1 ? 'tokensOne' : 'tokensMany', { count });
  const { contextTokens, outputTokensMax, commonTokens } = prompt;
  const head = [
    say(locale, prompt.hasQuestion ? 'promptHas' : 'promptEmpty', { tokens: tokensText(prompt.promptTokens) }),
    say(locale, 'promptWhat', {
      persona: previewOf(prompt.persona, 80),
      template: previewOf(prompt.template, 80),
      model: previewOf(prompt.model, 80),
    }),
    say(locale, 'promptContext', { context: contextTokens, output: outputTokensMax }),
    ...(commonTokens === undefined ? [] : [say(locale, 'promptCommon', { tokens: tokensText(commonTokens) })]),
    ...lossLines(prompt, locale),
    stopLine(prompt, locale),
  ];
  const tail = [
    `- ${say(locale, 'promptMarkup', { tokens: tokensText(prompt.otherTokens) })}`,
    say(locale, 'promptWhole', { line: 'paddock prompt --explain' }),
  ];
  const moreTitle = (count: number): string => say(locale, 'promptPartsMore', { count });
  // The biggest parts first, as many as there is room for.
  const parts = prompt.parts.filter((part) => part.state !== 'dropped').toSorted((a, b) => (b.tokens ?? 0) - (a.tokens ?? 0));
  const lines: string[] = [];
  let left = summaryCharactersMax - [...head, ...tail, moreTitle(10_000)].join('\n').length - 1;
  for (const part of parts) {
    const { tokens = 0, state, text } = part;
    const size = state === 'cut' ? say(locale, 'promptCut', { tokens: tokensText(tokens) }) : tokensText(tokens);
    const line = `- ${size}: ${previewOf(partIn(locale, part), 60)}: ${previewOf(text, previewCharactersMax)}`;
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  const more = parts.length - lines.length;
  return [...head, more === 0 ? say(locale, 'promptParts') : moreTitle(more), ...lines, ...tail].join('\n');
};

/** What does not stand in the prompt, every reason once. */
const lossLines = ({ parts, isShortened }: ConversationPrompt, locale: Locale): readonly string[] => {
  const lost = new Map<string, string[]>();
  for (const part of parts) {
    const { reason } = part;
    const told = reason && sentenceIn(locale, reason);
    if (told !== undefined) lost.set(told, [...(lost.get(told) ?? []), partIn(locale, part)]);
  }
  return [
    ...(isShortened ? [say(locale, 'promptShortened')] : []),
    ...[...lost].map(([reason, [first = '', ...others]]) =>
      others.length === 0
        ? say(locale, 'promptLostOne', { part: previewOf(first, 60), reason })
        : say(locale, 'promptLostMany', { count: others.length + 1, reason }),
    ),
  ];
};

const stopLine = ({ stopStrings }: ConversationPrompt, locale: Locale): string => {
  const shown = stopStrings.slice(0, stopsMax).map((stop) => previewOf(JSON.stringify(stop), stopCharactersMax));
  if (shown.length === 0) return say(locale, 'promptStopsNone');
  const more = stopStrings.length - shown.length;
  const stops = [...shown, ...(more > 0 ? [say(locale, 'andMore', { count: more })] : [])].join(' ');
  return say(locale, 'promptStops', { stops });
};
