/** What macros in a persona's fields stand for. */
export type MacroValues = {
  /** `{{char}}`, `<BOT>` */
  readonly char: string;
  /** `{{user}}`, `<USER>` */
  readonly user: string;
  /** `{{original}}`: once, what the field replaces; empty after that, and where nothing is replaced. */
  readonly original?: string;
};

/**
 * Expands the macros of a persona's field, in one pass: what a macro stands for is never expanded
 * again, so a human called `{{char}}` stays that. Case does not matter; unknown macros stay.
 * Only for fields of personas, never for what people say.
 */
export const expandMacros = (text: string, values: MacroValues): string => {
  let original = values.original ?? '';
  return text.replace(/\{\{\s*(char|user|original)\s*\}\}|<(bot|user)>/gi, (_match, braced?: string, angled?: string) => {
    const macro = (braced ?? angled ?? '').toLowerCase();
    if (macro === 'user') return values.user;
    if (macro !== 'original') return values.char;
    const once = original;
    original = '';
    return once;
  });
};
