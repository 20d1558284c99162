import type { MacroVariables } from './variables.ts';

/**
 * What macros stand for. Apart from the names everything may be left out: a macro whose value is not given
 * stays as it is. Texts of a persona are given with their own macros expanded, for nothing is expanded twice.
 */
export type MacroValues = {
  /** `{{char}}`, `<BOT>`: the persona that answers. */
  readonly char: string;
  /** `{{user}}`, `<USER>`: the human who is answered. */
  readonly user: string;
  /** `{{original}}`: once, what the field replaces; empty after that, and where nothing is replaced. */
  readonly original?: string;
  /** `{{persona}}`: what the human says about themselves. */
  readonly persona?: string;
  readonly description?: string;
  readonly personality?: string;
  readonly scenario?: string;
  /** `{{group}}`: the names of all personas of a scene; with one or none of them it is `char`. */
  readonly group?: readonly string[];
  readonly groupNotMuted?: readonly string[];
  /** The newest message, and the newest of the human's and the persona's. */
  readonly lastMessage?: string;
  readonly lastUserMessage?: string;
  readonly lastCharMessage?: string;
  /** In milliseconds since 1970. */
  readonly now?: number;
  /** An IANA name such as `Europe/Vienna`, or what looks it up. [UTC] */
  readonly timeZone?: string | (() => string);
  /** When the human wrote before this message, in milliseconds since 1970, for `{{idle_duration}}`. */
  readonly lastUserAt?: number;
  /** 0 up to, but not including, 1. */
  readonly random?: () => number;
  /** By which `{{pick}}` stays the same. */
  readonly pickSeed?: string;
  readonly variables?: MacroVariables;
  /** Lore that stands where it is asked for. */
  readonly outlets?: ReadonlyMap<string, string>;
  /** Further macros by their names in lower case, such as `model`. */
  readonly more?: Readonly<Record<string, string>>;
};
