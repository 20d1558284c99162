import { bounds } from '../core/bounds.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import type { NewTurn, TurnChange } from '../core/memory.ts';
import { turnId } from './format.ts';
import { withoutQuote } from './quotes.ts';

/** A new turn as it is stored. */
export const turnOf = (turn: NewTurn, id: string): Turn => ({
  id,
  role: turn.role,
  speaker: { id: turn.speaker.id, name: turn.speaker.name },
  alternatives: bounded([turn.text, ...(turn.otherTexts ?? [])], 0).alternatives,
  shown: 0,
  at: turn.at,
  messageIds: [...turn.messageIds],
  ...(turn.replyTo === undefined ? {} : { replyTo: turn.replyTo }),
  ...(turn.quoted && { quoted: turn.quoted }),
});

/** The turn after a change; undefined when it has no such text. */
export const changedTurn = (turn: Turn, change: TurnChange): Turn | undefined => {
  if (change.kind === 'unquote') return withoutQuote(turn);
  const texts = changedTexts(turn, change);
  return texts && { ...turn, ...texts, messageIds: [...(change.messageIds ?? turn.messageIds)] };
};

type Texts = Pick<Turn, 'alternatives' | 'shown'>;

const changedTexts = (turn: Turn, change: Exclude<TurnChange, { kind: 'unquote' }>): Texts | undefined => {
  const { alternatives, shown } = turn;
  switch (change.kind) {
    case 'add':
      return bounded([...alternatives, change.text], alternatives.length);
    case 'show':
      return alternatives[change.index] === undefined ? undefined : { alternatives, shown: change.index };
    case 'replace':
      return bounded(alternatives.with(shown, change.text), shown);
    case 'extend': {
      const index = shownText(turn) === change.text ? shown : alternatives.lastIndexOf(change.text);
      return index === -1 ? undefined : bounded(alternatives.with(index, change.text + change.by), index);
    }
    case 'carry':
      return { alternatives, shown };
    default:
      return change satisfies never;
  }
};

/** Within the bounds: the oldest text that is not shown goes first, the shown one never. */
const bounded = (all: readonly string[], shown: number): Texts => {
  const { countMax, charactersMax } = bounds.alternatives;
  let texts = { alternatives: all, shown };
  const isTooMuch = ({ alternatives }: Texts): boolean =>
    alternatives.length > countMax || alternatives.reduce((sum, text) => sum + text.length, 0) > charactersMax;
  while (texts.alternatives.length > 1 && isTooMuch(texts)) {
    texts =
      texts.shown === 0
        ? { alternatives: texts.alternatives.toSpliced(1, 1), shown: 0 }
        : { alternatives: texts.alternatives.slice(1), shown: texts.shown - 1 };
  }
  return texts;
};

/** Turns as another conversation has them: with ids from a number on, and without messages, which stand elsewhere. */
export const copiesOf = (turns: readonly Turn[], firstNumber: number): readonly Turn[] => {
  const ids = new Map(turns.map((turn, index) => [turn.id, turnId(firstNumber + index)]));
  return turns.map(({ replyTo, ...turn }) => {
    const answered = replyTo === undefined ? undefined : ids.get(replyTo);
    return { ...turn, id: ids.get(turn.id) ?? '', messageIds: [], ...(answered !== undefined && { replyTo: answered }) };
  });
};
