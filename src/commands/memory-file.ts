import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import type { CommandContext } from '../core/command.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import { refusal } from './refusal.ts';

export const memoryFormats = ['json', 'jsonl', 'text'] as const;
export type MemoryFormat = (typeof memoryFormats)[number];

/** One turn of an exported conversation. */
export type FiledTurn = {
  readonly role: 'user' | 'assistant';
  readonly speaker: { readonly id: string; readonly name: string };
  /** All texts that it can have. */
  readonly texts: readonly string[];
  /** Which of them is shown. */
  readonly shown: number;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The number of the turn that it answers, counted from 0. */
  readonly answers?: number;
};

/** Turns as a file: JSON and JSON lines can be imported again, the text is for people. */
export const writeMemoryFile = (turns: readonly Turn[], format: MemoryFormat): Uint8Array => {
  const numbers = new Map(turns.map(({ id }, index) => [id, index]));
  const filed = turns.map(({ role, speaker, alternatives, shown, at, replyTo }): FiledTurn => {
    const answers = replyTo === undefined ? undefined : numbers.get(replyTo);
    return { role, speaker, texts: alternatives, shown, at, ...(answers !== undefined && { answers }) };
  });
  const texts: Readonly<Record<MemoryFormat, () => string>> = {
    json: () => `${JSON.stringify({ paddockConversation: 1, turns: filed }, undefined, 1)}\n`,
    jsonl: () => filed.map((turn) => `${JSON.stringify(turn)}\n`).join(''),
    text: () => turns.map((turn) => `[${new Date(turn.at).toISOString()}] ${turn.speaker.name}: ${shownText(turn)}\n`).join('\n'),
  };
  return new TextEncoder().encode(texts[format]());
};

const speakerIdPattern = /^(?:discord:\d{1,20}|terminal:[\w.-]{1,64}|persona:[a-z0-9][a-z0-9_-]{0,63}|imported:[\w.-]{1,64})$/;

const filedTurn = z
  .object({
    role: z.enum(['user', 'assistant']),
    speaker: z.object({ id: z.string(), name: z.string() }),
    texts: z.array(z.string().max(bounds.messageCharactersMax)).min(1).max(bounds.alternatives.countMax),
    shown: z.int().nonnegative(),
    at: z.number().nonnegative(),
    answers: z.int().nonnegative().exactOptional(),
  })
  .refine(({ texts, shown }) => (texts[shown] ?? '').trim() !== '');
const filedConversation = z.object({
  paddockConversation: z.literal(1),
  turns: z.array(filedTurn).max(bounds.importedTurnsMax),
});

/**
 * Reads what `writeMemoryFile` wrote as JSON or JSON lines. Names become one line, and ids that are none of a known kind
 * those of strangers. Throws `bad-input` with a sentence for anything else.
 */
export const readMemoryFile = (bytes: Uint8Array, context: CommandContext): readonly FiledTurn[] => {
  const parsed = parseTurns(bytes);
  if (parsed === undefined) throw refusal('bad-input', context, 'importUnreadable');
  if (parsed.length > bounds.importedTurnsMax)
    throw refusal('bad-input', context, 'importTooLong', { max: bounds.importedTurnsMax });
  return parsed.map(({ speaker, texts, ...turn }) => ({
    ...turn,
    texts: texts.map((text) => text.toWellFormed()),
    speaker: { id: speakerIdPattern.test(speaker.id) ? speaker.id : 'imported:stranger', name: oneLine(speaker.name) },
  }));
};

const parseTurns = (bytes: Uint8Array): readonly FiledTurn[] | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
    const whole = /^\{\s*"paddockConversation"/.test(text);
    if (whole) return filedConversation.parse(JSON.parse(text)).turns;
    const lines = text.split('\n', bounds.importedTurnsMax + 1).filter((line) => line.trim() !== '');
    return lines.length === 0 ? undefined : lines.map((line) => filedTurn.parse(JSON.parse(line)));
  } catch {
    return undefined;
  }
};

const oneLine = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, bounds.nameCharactersMax)
    .toWellFormed() || '?';
