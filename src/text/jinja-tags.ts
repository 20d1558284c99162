/** A statement, an expression or a comment of a Jinja template, with its braces. */
export type JinjaTag = { readonly text: string; readonly line: number };

const ends: Readonly<Record<string, string>> = { '{%': '%}', '{{': '}}', '{#': '#}' };

/** The tags of a template in order, and the one that has no end, if there is one. Lines are counted from 1. */
export const tagsOf = (template: string): { readonly tags: readonly JinjaTag[]; readonly open?: JinjaTag } => {
  const tags: JinjaTag[] = [];
  let [line, counted] = [1, 0];
  const starts = /\{[%{#]/g;
  for (let found = starts.exec(template); found; found = starts.exec(template)) {
    for (; counted < found.index; counted++) if (template[counted] === '\n') line++;
    const end = endOf(template, found.index, ends[found[0]] ?? '');
    if (end === undefined) return { tags, open: { text: template.slice(found.index), line } };
    tags.push({ text: template.slice(found.index, end), line });
    starts.lastIndex = end;
  }
  return { tags };
};

/** Where a tag ends: not in a string, and not in a mapping's braces. */
const endOf = (template: string, start: number, end: string): number | undefined => {
  if (end === '#}') {
    const at = template.indexOf(end, start + 2);
    return at === -1 ? undefined : at + 2;
  }
  let depth = 0;
  let quote = '';
  for (let at = start + 2; at < template.length; at++) {
    const character = template.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if (depth === 0 && template.startsWith(end, at)) return at + 2;
    else if (character === '{') depth++;
    else if (character === '}') depth = Math.max(0, depth - 1);
  }
  return undefined;
};
