import type { Speaker } from '../../core/conversation.ts';
import { cleanLine } from './clean-text.ts';

/** Colours for what stands around the texts; the texts themselves are never coloured. */
export interface Paint {
  /** A speaker's name; the same speaker always has the same colour, and the first speakers each have another one. */
  name(speaker: Speaker): string;
  /** What matters less. */
  quiet(text: string): string;
  /** What the bot itself has to say. */
  notice(text: string): string;
}

const speakerColours = [36, 35, 33, 34, 32, 96, 95, 94] as const;

/** Same text, same number. */
const hash = (text: string): number => {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return value;
};

/** @param environment colours are off with a non-empty `NO_COLOR` (no-color.org) and with `TERM=dumb`. */
export const createPaint = (environment: Readonly<Record<string, string | undefined>>): Paint => {
  const isPlain = Boolean(environment.NO_COLOR) || environment.TERM === 'dumb';
  const taken = new Map<string, number>();
  const colourOf = (id: string): number => {
    const wanted = hash(id) % speakerColours.length;
    const known = taken.get(id);
    if (known !== undefined || taken.size === speakerColours.length) return speakerColours[known ?? wanted] ?? 36;
    const used = new Set(taken.values());
    let free = wanted;
    while (used.has(free)) free = (free + 1) % speakerColours.length;
    taken.set(id, free);
    return speakerColours[free] ?? 36;
  };
  const paint = (code: string, text: string): string => (isPlain ? text : `\u001b[${code}m${text}\u001b[0m`);
  return {
    name: ({ id, name }) => paint(`1;${colourOf(id)}`, cleanLine(name)),
    quiet: (text) => paint('2', text),
    notice: (text) => paint('33', text),
  };
};
