import type { Command, RunnableCommand } from '../core/command.ts';
import { type ConversationPrompt, previewOf } from '../turn/explain.ts';
import { defineCommand } from './define-command.ts';
import { meantAnswer } from './meant-answer.ts';
import type { CommandServices } from './services.ts';
import { counted } from './words.ts';

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
  run: async ({ conversation, place }) => ({
    text: summary(await services.explain(conversation, place)),
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
      return { text: summary(await explain(context.conversation, context.place, { turnId })), isPrivate: true };
    },
  });

const summary = (prompt: ConversationPrompt): string => {
  const head = [
    `${prompt.hasQuestion ? 'The prompt for the last message here' : 'Nobody has said anything here yet; the prompt so far'} has ${counted(prompt.promptTokens, 'token')}.`,
    `Persona: ${previewOf(prompt.persona, 80)}. Template: ${previewOf(prompt.template, 80)}. Model: ${previewOf(prompt.model, 80)}.`,
    `Context: ${prompt.contextTokens} tokens, ${prompt.outputTokensMax} of them kept free for the answer.`,
    ...(prompt.commonTokens === undefined
      ? []
      : [`Same beginning as for the answer before: ${counted(prompt.commonTokens, 'token')}.`]),
    ...lossLines(prompt),
    stopLine(prompt),
  ];
  const tail = [
    `- ${counted(prompt.otherTokens, 'token')}: markup, names, borders`,
    'All of a prompt, as text or by parts: paddock prompt --explain on the machine I run on.',
  ];
  // The biggest parts first, as many as there is room for.
  const parts = prompt.parts.filter((part) => part.state !== 'dropped').toSorted((a, b) => (b.tokens ?? 0) - (a.tokens ?? 0));
  const lines: string[] = [];
  let left = summaryCharactersMax - [...head, ...tail, 'Its biggest parts, and 10000 more:'].join('\n').length - 1;
  for (const { tokens = 0, state, source, text } of parts) {
    const line = `- ${counted(tokens, 'token')}${state === 'cut' ? ', cut' : ''}: ${previewOf(source, 60)}: ${previewOf(text, previewCharactersMax)}`;
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  const more = parts.length - lines.length;
  const title = more === 0 ? 'Its parts:' : `Its biggest parts, and ${more} more:`;
  return [...head, title, ...lines, ...tail].join('\n');
};

/** What does not stand in the prompt, every reason once. */
const lossLines = ({ parts, isShortened }: ConversationPrompt): readonly string[] => {
  const lost = new Map<string, string[]>();
  for (const { reason, source } of parts) if (reason !== undefined) lost.set(reason, [...(lost.get(reason) ?? []), source]);
  return [
    ...(isShortened ? ['Older messages were left out already when the context was full before.'] : []),
    ...[...lost].map(([reason, [first = '', ...others]]) =>
      others.length === 0
        ? `Not whole: ${previewOf(first, 60)}: ${reason}.`
        : `Not whole: ${others.length + 1} parts: ${reason}.`,
    ),
  ];
};

const stopLine = ({ stopStrings }: ConversationPrompt): string => {
  const shown = stopStrings.slice(0, stopsMax).map((stop) => previewOf(JSON.stringify(stop), stopCharactersMax));
  const more = stopStrings.length > stopsMax ? ` and ${stopStrings.length - stopsMax} more` : '';
  return shown.length === 0 ? 'Stops: none but the end token.' : `Stops: ${shown.join(' ')}${more}`;
};
