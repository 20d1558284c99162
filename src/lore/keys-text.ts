/**
 * The keys in a line that somebody typed: separated by commas or line ends. Commas within `/a{1,2}/i` and within quotes belong to the key;
 * a key in quotes is taken as it is.
 */
export const keysOfText = (text: string): readonly string[] => {
  const keys: string[] = [];
  let rest = text;
  while (rest !== '') {
    const [whole, quoted, pattern, plain = ''] = oneKey.exec(rest) ?? [rest, undefined, undefined, rest];
    const key = (quoted === undefined ? (pattern ?? plain) : quoted.replace(/\\(["\\])/g, '$1')).trim();
    if (key !== '') keys.push(key);
    rest = rest.slice(Math.max(1, whole.length));
  }
  return [...new Set(keys)];
};

const oneKey =
  /^[^\S\n]*(?:"((?:[^"\\\n]|\\.)*)"[^\S\n]*(?=$|[,\n])|(\/(?:[^/\\\n]|\\.)+\/[a-z]*)[^\S\n]*(?=$|[,\n])|([^,\n]*))[,\n]?/;

/** Keys as `keysOfText` reads them. */
export const textOfKeys = (keys: readonly string[]): string => keys.map(shownKey).join(', ');

const shownKey = (key: string): string => {
  const line = key.replace(/\s*\n\s*/g, ' ');
  return keysOfText(line).length === 1 && keysOfText(line)[0] === line ? line : `"${line.replace(/["\\]/g, '\\$&')}"`;
};
