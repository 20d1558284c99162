import { allTurns } from '../access/all-turns.ts';
import { bounds } from '../core/bounds.ts';
import type { CommandContext } from '../core/command.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import { refusal } from './refusal.ts';

/** Turns on one page, and pages. */
export const pageTurns = 10;
export const pagesMax = 200;
/** Characters of one turn in a list. */
const excerptCharactersMax = 150;

/** `3. Ada: What was the name of …`; the number is what other commands take. */
export const lineOf = (turn: Turn, number: number, around = 0): string =>
  `${number}. ${turn.speaker.name}: ${excerpt(shownText(turn), around)}`;

/** A part of a text on one line. @param around the character that is to be in it */
export const excerpt = (text: string, around = 0, charactersMax = excerptCharactersMax): string => {
  const start = Math.max(0, around - charactersMax / 3);
  const part = text.slice(start, start + charactersMax).toWellFormed();
  return `${start > 0 ? '…' : ''}${part.replace(/[\s`]+/g, ' ').trim()}${start + charactersMax < text.length ? '…' : ''}`;
};

/** A turn by its number, counted from the newest, or by `#` and its id. Throws `not-found`. */
export const turnAt = async (
  memory: Pick<Memory, 'turn' | 'turns' | 'count'>,
  context: CommandContext,
  which: string,
): Promise<Turn> => {
  const { conversation } = context;
  const number = /^[1-9]\d{0,3}$/.test(which) ? Number(which) : undefined;
  const found =
    number === undefined
      ? await memory.turn(conversation, which.replace(/^#/, ''))
      : number <= pageTurns * pagesMax && number <= (await memory.count(conversation))
        ? (await memory.turns(conversation, { newest: number }))[0]
        : undefined;
  if (found === undefined) throw refusal('not-found', context, 'notRemembered');
  return found;
};

/** The last part of a message's link, or its id. */
export const messageIdOf = (given: string): string => /(\S+?)\/?$/.exec(given.trim())?.[1]?.split('/').at(-1) ?? '';

/** A turn with its number, counted from the newest. */
export type FoundTurn = { readonly turn: Turn; readonly number: number; readonly around: number };

/**
 * The turns in which all of the words stand, the newest first, of the newest `bounds.searchedTurnsMax`; and how many were looked through.
 */
export const searchTurns = async (
  memory: Pick<Memory, 'turns'>,
  conversation: CommandContext['conversation'],
  words: string,
  countMax: number,
): Promise<{ readonly found: readonly FoundTurn[]; readonly searched: number }> => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found: FoundTurn[] = [];
  let searched = 0;
  for await (const page of allTurns(memory, conversation)) {
    for (const turn of page) {
      searched += 1;
      const text = shownText(turn).toLowerCase();
      if (found.length < countMax && wanted.every((word) => text.includes(word)))
        found.push({ turn, number: searched, around: text.indexOf(wanted[0] ?? '') });
    }
    if (found.length >= countMax || searched >= bounds.searchedTurnsMax) break;
  }
  return { found, searched };
};
