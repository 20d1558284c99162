import type { Notices } from './english.ts';

/** All that the commands and their frame say in one language besides English. */
export type Translation = {
  /**
   * Name and description by path: `persona`, `persona use`, and for an option `persona use name`. Names follow Discord's
   * rule (lower case letters of any script, digits, `-`, `_`, 32 at most), descriptions have at most 100 characters;
   * a menu has a name of 32 characters only. What is missing stays English, and fails the test.
   */
  readonly commands: Readonly<Record<string, readonly [name: string, description?: string]>>;
  readonly notices: Notices;
};

/** A part of a translation, in a file of its own: the commands and notices of one purpose. */
export type TranslatedPart<English> = {
  readonly commands: Translation['commands'];
  readonly notices: Readonly<Record<keyof English, string>>;
};
