/** The same pattern in RE2's syntax, or the reason why there is none. */
export type Translation = { readonly pattern: string; readonly problem?: never } | { readonly problem: string };

/**
 * Rewrites a JavaScript regular expression for RE2. Groups stop capturing, for nothing asks what they
 * held. What no linear-time engine can do (looking around, referring back) is refused with a sentence.
 * @param isDotAll the `s` flag
 */
export const translatePattern = (source: string, isDotAll: boolean): Translation => {
  let out = '';
  let isInClass = false;
  for (let at = 0; at < source.length; ) {
    const character = source[at] ?? '';
    if (character === '\\') {
      const escaped = translateEscape(source, at, isInClass);
      if ('problem' in escaped) return escaped;
      out += escaped.text;
      at += escaped.length;
    } else if (isInClass) {
      if (character === ']') isInClass = false;
      // RE2 would read `[:alpha:]` as a class of its own.
      out += character === '[' ? '\\[' : character;
      at += 1;
    } else if (character === '[') {
      const whole = ['[^]', '[]'].find((text) => source.startsWith(text, at));
      isInClass = whole === undefined;
      out += whole === undefined ? '[' : whole === '[]' ? '[^\\x{0}-\\x{10FFFF}]' : '(?s:.)';
      at += whole?.length ?? 1;
      if (isInClass && source[at] === '^') {
        out += '^';
        at += 1;
      }
    } else if (character === '(') {
      const group = translateGroup(source, at);
      if ('problem' in group) return group;
      out += group.text;
      at += group.length;
    } else {
      out += character === '.' ? (isDotAll ? '(?s:.)' : '[^\\n\\r\\x{2028}\\x{2029}]') : character;
      at += 1;
    }
  }
  return { pattern: out };
};

type Piece = { readonly text: string; readonly length: number } | { readonly problem: string };

const looksAround =
  'looks ahead or behind ((?=…), (?!…), (?<=…), (?<!…)), which can’t be searched for in bounded time; say it without';
const refersBack = 'refers back to a group (\\1, \\k<…>), which can’t be searched for in bounded time; say it without';

const translateGroup = (source: string, at: number): Piece => {
  const head = /^\((?:\?(?:(?<around><?[=!])|<(?<name>[^>]*)>|(?<plain>[imsu-]*:)))?/u.exec(source.slice(at, at + 100));
  const { around, plain } = head?.groups ?? {};
  if (around !== undefined) return { problem: looksAround };
  if (head === null || (head[0] === '(' && source[at + 1] === '?')) return { problem: 'holds a kind of group that is not known' };
  return { text: plain === undefined ? '(?:' : `(?${plain.replace('u', '')}`, length: head[0].length };
};

const spaces = '\\t\\n\\x{b}\\f\\r\\p{Z}\\x{feff}';

const translateEscape = (source: string, at: number, isInClass: boolean): Piece => {
  const rest = source.slice(at, at + 40);
  const code = /^\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})(?:\\u([0-9a-f]{4}))?|x([0-9a-f]{2}))/i.exec(rest);
  if (code !== null) return codePoint(code);
  const letter = rest[1];
  if (letter === undefined) return { problem: 'ends in a lone \\' };
  if (letter === 'c' && /^[a-z]$/i.test(rest[2] ?? '')) {
    return { text: `\\x{${((rest.codePointAt(2) ?? 0) % 32).toString(16)}}`, length: 3 };
  }
  if (letter === '0' && !/^\d$/.test(rest[2] ?? '')) return { text: '\\x{0}', length: 2 };
  if (/^[0-9]$/.test(letter) || (letter === 'k' && rest[2] === '<')) return { problem: refersBack };
  if (letter === 's') return { text: isInClass ? spaces : `[${spaces}]`, length: 2 };
  if (letter === 'S' && !isInClass) return { text: `[^${spaces}]`, length: 2 };
  if (letter === 'b' && isInClass) return { text: '\\x{8}', length: 2 };
  const property = /^\\([pP])\{(?:(?:script|sc|scx|script_extensions|general_category|gc)=)?(\^?\w+)\}/i.exec(rest);
  if (property !== null) {
    const [whole, sign = 'p', name = ''] = property;
    return { text: `\\${sign}{${longNames.get(name.toLowerCase()) ?? name}}`, length: whole.length };
  }
  if (/^[dDwWSfnrtv]$/.test(letter) || (/^[bB]$/.test(letter) && !isInClass)) return { text: `\\${letter}`, length: 2 };
  // Anything else stands for itself; only ASCII marks may keep their backslash in RE2.
  return { text: /^[!-/:-@[-`{-~]$/.test(letter) ? `\\${letter}` : letter, length: 2 };
};

const codePoint = (match: RegExpExecArray): Piece => {
  const [whole, braced, high, low, short] = match;
  const first = Number.parseInt(braced ?? high ?? short ?? '0', 16);
  const second = Number.parseInt(low ?? '0', 16);
  if (first > 0x10_ffff) return { problem: 'names a character that does not exist' };
  if (first >= 0xd800 && first < 0xdc00 && second >= 0xdc00 && second < 0xe000) {
    return { text: `\\x{${(0x1_0000 + (first - 0xd800) * 0x400 + (second - 0xdc00)).toString(16)}}`, length: whole.length };
  }
  return { text: `\\x{${first.toString(16)}}`, length: low === undefined ? whole.length : 6 };
};

const longNames: ReadonlyMap<string, string> = new Map([
  ['letter', 'L'],
  ['uppercase_letter', 'Lu'],
  ['uppercase', 'Lu'],
  ['lowercase_letter', 'Ll'],
  ['lowercase', 'Ll'],
  ['alphabetic', 'L'],
  ['number', 'N'],
  ['decimal_number', 'Nd'],
  ['mark', 'M'],
  ['punctuation', 'P'],
  ['symbol', 'S'],
  ['separator', 'Z'],
  ['emoji', 'So'],
  ['extended_pictographic', 'So'],
]);
