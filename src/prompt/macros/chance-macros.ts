import { createHash } from 'node:crypto';
import { bounds } from '../../core/bounds.ts';

/** One of a list. @param random 0 up to, but not including, 1 */
export const drawn = <Item>(items: readonly Item[], random: () => number): Item | undefined =>
  items[Math.min(items.length - 1, Math.floor(random() * items.length))];

/** A number from 0 up to, but not including, 1 that is the same for the same texts, always and everywhere. */
export const seeded = (...texts: readonly string[]): number => {
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
};

/** The sum of dice: `2d6`, `d20+3`, `6` (one die). Undefined for what is no such formula, or for too many dice. */
export const rolled = (formula: string, random: () => number): number | undefined => {
  const match = /^(?:(\d{0,6})d)?(\d{1,9})(?:\s*([+-])\s*(\d{1,9}))?$/i.exec(formula.trim());
  if (match === null) return undefined;
  const [, dice, sides, sign, change] = match;
  const count = Number(dice || 1);
  const { diceMax, sidesMax } = bounds.macros;
  if (count < 1 || count > diceMax || Number(sides) < 1 || Number(sides) > sidesMax) return undefined;
  let sum = Number(change ?? 0) * (sign === '-' ? -1 : 1);
  for (let die = 0; die < count; die += 1) sum += 1 + Math.floor(random() * Number(sides));
  return sum;
};
