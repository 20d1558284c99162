import type { ChatMessage } from '../core/prompt.ts';
import { createLabelGuard, type LabelGuard } from './labels.ts';
import { cleanName, speakerLabel } from './names.ts';
import type { PromptTemplate } from './template.ts';

/**
 * Whether messages show who speaks, as `Name: text`. `auto`: humans do when several different names
 * are among them, personas when several are or when the answer opens with a name.
 */
export type NamesShown = 'auto' | 'always' | 'never';

/** A message as a form needs it: its text is final. */
export type Arranged = { readonly role: 'system' | 'user' | 'assistant'; readonly text: string; readonly name: string };

/** A conversation in the order and form in which a template can write it. */
export type Arrangement = {
  /** Undefined when no message brings a system prompt; it may be empty on purpose. */
  readonly system: string | undefined;
  readonly turns: readonly Arranged[];
  readonly guard: LabelGuard;
};

/**
 * Prepares messages for a template, whatever they are: names become text, labels are broken, the
 * system messages at the beginning are one system prompt, later ones belong to the users unless the
 * form can have them anywhere. Where it alternates, messages of the same role in a row are one, joined by a newline, and a
 * missing user message is `userMissing`.
 */
export const arrange = (
  template: PromptTemplate,
  messages: readonly ChatMessage[],
  options: { readonly names?: NamesShown; readonly name?: string },
): Arrangement => {
  const guard = createLabelGuard(template.labels, template.labelsAt);
  const firstTurn = messages.findIndex((message) => message.role !== 'system');
  const head = firstTurn === -1 ? messages : messages.slice(0, firstTurn);
  const spoken = speak(template, firstTurn === -1 ? [] : messages.slice(firstTurn), options, guard);
  return {
    system: head.length === 0 ? undefined : guard(head.map((message) => message.content).join('\n\n')),
    turns: template.alternating ? alternate(spoken, template.userMissing) : spoken,
    guard,
  };
};

const speak = (
  template: PromptTemplate,
  messages: readonly ChatMessage[],
  options: { readonly names?: NamesShown; readonly name?: string },
  guard: LabelGuard,
): Arranged[] => {
  const mode = options.names ?? 'auto';
  const humans = namesOf(messages, 'user');
  const personas = namesOf(messages, 'assistant');
  if (options.name !== undefined) personas.add(cleanName(options.name));
  const opens = options.name !== undefined && template.nameOpening;
  const shows = {
    user: mode === 'always' || (mode === 'auto' && humans.size > 1),
    assistant: mode === 'always' || (mode === 'auto' && (personas.size > 1 || opens)),
  };
  // Where names are shown, a line that begins with one would look like that person's message.
  const speakers = shows.user || shows.assistant ? [...humans, ...personas].map(speakerLabel) : [];
  const guardSpeakers = createLabelGuard(speakers, 'line-start');
  return messages.map((message) => {
    if (message.role === 'system' && isSystemAnywhere(template))
      return { role: 'system', text: guard(message.content), name: '' };
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const name = message.role === 'system' || message.name === undefined ? '' : cleanName(message.name);
    const text = role === 'user' ? guardSpeakers(message.content) : message.content;
    const isPrefixed = name !== '' && shows[role] && !hasNameSlot(template, role);
    return { role, text: guard(isPrefixed ? withSpeaker(name, text) : text), name: guardedName(name, guard) };
  });
};

/** `Name: text`, or the bare `Name:` when there is no text yet. */
export const withSpeaker = (name: string, text: string): string =>
  text === '' ? speakerLabel(name) : `${speakerLabel(name)} ${text}`;

const namesOf = (messages: readonly ChatMessage[], role: ChatMessage['role']): Set<string> =>
  new Set(messages.filter((message) => message.role === role && message.name).map((message) => cleanName(message.name ?? '')));

const isSystemAnywhere = (template: PromptTemplate): boolean => template.kind === 'text' && template.systemAnywhere;

const hasNameSlot = (template: PromptTemplate, role: 'user' | 'assistant'): boolean =>
  template.kind === 'text' && template[role].some((piece) => piece.kind === 'slot' && piece.slot === 'name');

/** The name for a `{name}` slot, behind which the form may well write the colon of a label. */
const guardedName = (name: string, guard: LabelGuard): string => (name === '' ? '' : guard(speakerLabel(name)).replace(/:$/, ''));

const alternate = (turns: readonly Arranged[], userMissing: string): readonly Arranged[] => {
  const missing: Arranged = { role: 'user', text: userMissing, name: '' };
  const alternating: Arranged[] = [];
  for (const turn of turns) {
    const last = alternating.at(-1);
    if (last?.role === turn.role) alternating[alternating.length - 1] = { ...last, text: `${last.text}\n${turn.text}` };
    else if (turn.role === 'assistant' && alternating.every(({ role }) => role === 'system')) alternating.push(missing, turn);
    else alternating.push(turn);
  }
  if (alternating.findLast(({ role }) => role !== 'system')?.role !== 'user') alternating.push(missing);
  return alternating;
};
