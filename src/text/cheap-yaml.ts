/** Bounds on YAML from anywhere. `openMax`: brackets that are open at once. */
export type YamlBounds = { readonly charactersMax: number; readonly marksMax: number; readonly openMax: number };

/**
 * Whether YAML that somebody hands in is cheap to read, told without reading it: the parser's time and memory grow with the
 * characters that can mean structure, and with escapes, each of which can be a mistake of its own. Prose has few of them.
 */
export const isCheapYaml = (text: string, { charactersMax, marksMax, openMax }: YamlBounds): boolean => {
  if (text.length > charactersMax) return false;
  let marks = 0;
  let open = 0;
  for (const [mark] of text.matchAll(/[[\]{},:\-?&*!\n\\]/g)) {
    marks += 1;
    if (mark === '[' || mark === '{') open += 1;
    else if (mark === ']' || mark === '}') open = Math.max(0, open - 1);
    if (marks > marksMax || open > openMax) return false;
  }
  return true;
};
