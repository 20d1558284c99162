import type { RenderChatOptions } from '../core/engine.ts';
import { type ChatMessage, joinSegments, type Prompt, type PromptSegment } from '../core/prompt.ts';
import { type Arranged, arrange, type NamesShown, withSpeaker } from './arrange.ts';
import { guardMarkupLabels } from './markup-labels.ts';
import { cleanName } from './names.ts';
import type { Form, NativeTemplate, PromptTemplate, Slot, TextTemplate } from './template.ts';

/** How an answer is asked for. */
export type RenderOptions = {
  /** The beginning of an unfinished answer, to be continued. */
  readonly open?: string;
  /** The persona's name: the answer is opened with `Name:` where the template allows it. */
  readonly name?: string;
  /** A context for the last user message; alpaca's `### Input:` block. */
  readonly input?: string;
  /** [auto] */
  readonly names?: NamesShown;
};

type Parts = { readonly prompt: Prompt; readonly isAnswer: boolean };

/**
 * Writes a conversation as the template says, ending where the answer begins. Never throws,
 * whatever the messages are. Everything that people, personas or models said is in `text` segments.
 */
export const renderTemplate = (template: TextTemplate, messages: readonly ChatMessage[], options: RenderOptions = {}): Prompt => {
  const { system: given, turns: arranged, guard } = arrange(template, messages, options);
  const system = given ?? template.systemDefault ?? '';
  const turns = needsUserForSystem(template, system, arranged)
    ? [{ role: 'user' as const, text: template.userMissing, name: '' }, ...arranged]
    : arranged;
  const parts: Parts[] = [];
  if (template.system && (system !== '' || template.systemKeptEmpty))
    parts.push({ prompt: fill(template.system, { system: textOf(system) }), isAnswer: false });
  const firstUser = turns.findIndex((turn) => turn.role === 'user');
  const lastUser = turns.findLastIndex((turn) => turn.role === 'user');
  for (const [index, turn] of turns.entries()) {
    const input = index === lastUser && options.input !== undefined ? guard(options.input) : undefined;
    const isAnswer = turn.role === 'assistant';
    parts.push({ prompt: renderTurn(template, turn, { system: index === firstUser ? system : '', input }), isAnswer });
  }
  parts.push({ prompt: renderOpening(template, guard(openingText(template, options)), options.name), isAnswer: false });
  return joinParts(template, parts);
};

/** Writes a conversation with either kind of template; the engine renders `native` ones. */
export const renderPrompt = async (
  template: PromptTemplate,
  messages: readonly ChatMessage[],
  options: RenderOptions,
  renderChat: (messages: readonly ChatMessage[], options?: RenderChatOptions) => Promise<Prompt>,
): Promise<Prompt> => {
  if (template.kind === 'text') return renderTemplate(template, messages, options);
  const { system, turns, guard } = arrange(template, messages, options);
  const input = options.input === undefined ? '' : `\n\n${guard(options.input)}`;
  const lastUser = turns.findLastIndex((turn) => turn.role === 'user');
  const prompt = await renderChat(
    [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...turns.map((turn, index) => ({ role: turn.role, content: index === lastUser ? turn.text + input : turn.text })),
    ],
    template.chat,
  );
  const opening = textOf(guard(openingText(template, options)));
  return guardMarkupLabels(joinSegments([...prompt, ...(opening.length > 0 ? endOfThought(prompt) : []), ...opening]));
};

/** Some models' templates begin the answer's thought; an answer that is under way has its thought behind it. */
const endOfThought = (prompt: Prompt): Prompt => {
  const last = prompt.at(-1);
  return last?.kind === 'control' && /<think>\s*$/.test(last.text) ? [{ kind: 'control', text: '\n</think>\n\n' }] : [];
};

/** The text with which the answer begins, `''` for none. */
export const openingText = (template: PromptTemplate, options: RenderOptions): string => {
  const open = options.open ?? '';
  const isNamed = options.name !== undefined && options.names !== 'never' && template.nameOpening;
  return isNamed && !hasName(template) ? withSpeaker(cleanName(options.name ?? ''), open) : open;
};

const hasName = (template: TextTemplate | NativeTemplate): boolean =>
  template.kind === 'text' && template.assistant.some((piece) => piece.kind === 'slot' && piece.slot === 'name');

const needsUserForSystem = (template: TextTemplate, system: string, turns: readonly Arranged[]): boolean =>
  template.systemInUser !== undefined && system !== '' && turns[0]?.role !== 'user';

const renderTurn = (
  template: TextTemplate,
  turn: Arranged,
  around: { readonly system: string; readonly input: string | undefined },
): Prompt => {
  if (turn.role === 'system') return fill(template.system ?? [], { system: textOf(turn.text) });
  if (turn.role === 'assistant')
    return fill(template.assistant, { assistant: textOf(turn.text), name: textOf(turn.name || 'Assistant') });
  let user = textOf(turn.text);
  if (around.input !== undefined)
    user = template.inputInUser
      ? fill(template.inputInUser, { user, input: textOf(around.input) })
      : textOf(`${turn.text}\n\n${around.input}`);
  if (around.system !== '' && template.systemInUser) user = fill(template.systemInUser, { user, system: textOf(around.system) });
  return fill(template.user, { user, name: textOf(turn.name || 'User') });
};

/** An answer that has a beginning is written like a past one, up to where its text ends. */
const renderOpening = (template: TextTemplate, text: string, name: string | undefined): Prompt => {
  const slots = { assistant: textOf(text), name: textOf(cleanName(name ?? '', 'Assistant')) };
  if (text === '') return fill(template.open, slots);
  const end = template.assistant.findIndex((piece) => piece.kind === 'slot' && piece.slot === 'assistant');
  return fill(template.assistant.slice(0, end + 1), slots);
};

const joinParts = (template: TextTemplate, parts: readonly Parts[]): Prompt => {
  const prompt: PromptSegment[] = [...fill(template.start, {})];
  let previous: Parts | undefined;
  for (const part of parts) {
    if (part.prompt.length === 0) continue;
    if (previous) prompt.push(...fill(previous.isAnswer ? template.joinAfterAnswer : template.join, {}));
    prompt.push(...part.prompt);
    previous = part;
  }
  return joinSegments(prompt);
};

/** A form with its slots filled; slots without a value are empty. */
const fill = (form: Form, values: { readonly [Name in Slot]?: Prompt }): Prompt =>
  joinSegments(form.flatMap((piece): Prompt => (piece.kind === 'slot' ? (values[piece.slot] ?? []) : [piece])));

const textOf = (text: string): Prompt => (text === '' ? [] : [{ kind: 'text', text }]);
