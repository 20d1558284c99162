import { bounds } from '../core/bounds.ts';

/**
 * A display name that is safe in a prompt: one line, without colons, invisible characters or
 * control characters, at most `bounds.nameCharactersMax` long. `fallback` when nothing is left.
 */
export const cleanName = (name: string, fallback = 'Someone'): string => {
  const cleaned = cut(
    name
      .toWellFormed()
      .replace(/[\p{Cf}\p{Co}\ufffd]/gu, '')
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}:\u02d0\u2236\ua789\ufe13\ufe55\uff1a]+/gu, ' ')
      .trim(),
    bounds.nameCharactersMax,
  ).trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(cleaned) ? cleaned : fallback;
};

/** What opens a line that somebody says: `Ada:`. */
export const speakerLabel = (name: string): string => `${name}:`;

/** Somebody who speaks, by the id that memory knows; the order decides who keeps a plain name. */
export type NamedSpeaker = { readonly id: string; readonly name: string };

/**
 * A clean name for every id, no two alike even when case is ignored: the second `Sam` is `Sam (2)`.
 * A speaker given several times has the last of the names.
 */
export const distinctNames = (speakers: readonly NamedSpeaker[]): ReadonlyMap<string, string> => {
  const latest = new Map<string, string>();
  for (const speaker of speakers) latest.set(speaker.id, cleanName(speaker.name));
  const taken = new Set<string>();
  const counters = new Map<string, number>();
  const names = new Map<string, string>();
  for (const [id, name] of latest) {
    const key = name.toLowerCase();
    let number = counters.get(key) ?? 1;
    let candidate = name;
    while (taken.has(candidate.toLowerCase())) {
      number += 1;
      // Stays within the longest name, so that cleaning it again changes nothing.
      const suffix = ` (${number})`;
      candidate = cut(name, bounds.nameCharactersMax - suffix.length).trimEnd() + suffix;
    }
    counters.set(key, number);
    taken.add(candidate.toLowerCase());
    names.set(id, candidate);
  }
  return names;
};

const cut = (text: string, charactersMax: number): string =>
  text.length <= charactersMax ? text : text.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '');
