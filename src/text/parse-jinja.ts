import * as jinja from '@huggingface/jinja';
import { type JinjaTag, tagsOf } from './jinja-tags.ts';

/** What the library makes of a template's source. */
export type JinjaToken = { readonly type: string; readonly value: string };

/** A template that can't be read. */
export class JinjaError extends Error {
  /** Counted from 1. */
  readonly line: number;
  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
  }
}

type Library<Program> = {
  readonly tokenize: (
    template: string,
    options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean },
  ) => readonly JinjaToken[];
  readonly parse: (tokens: readonly JinjaToken[]) => Program;
};

/** The library's own declarations can't be resolved by TypeScript's Node rules. */
const libraryOf = <Program>(): Library<Program> => jinja as unknown as Library<Program>;

/**
 * The syntax tree of a Jinja template, as the library has it, and its tokens.
 * Throws a `JinjaError` with the line and what is wrong there.
 */
export const parseJinja = <Program>(template: string): { readonly program: Program; readonly tokens: readonly JinjaToken[] } => {
  const library = libraryOf<Program>();
  let tokens: readonly JinjaToken[] | undefined;
  try {
    tokens = library.tokenize(template, { lstrip_blocks: true, trim_blocks: true });
    return { program: library.parse(tokens), tokens };
  } catch (error) {
    throw errorIn(template, error, tokens, tokens ? lastRead(tokens) : 0);
  }
};

/** The number of the token at which the library stops, which it doesn't say. */
const lastRead = (tokens: readonly JinjaToken[]): number => {
  let read = 0;
  const watched = new Proxy(tokens, {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) read = Number(key);
      return Reflect.get(target, key);
    },
  });
  try {
    libraryOf().parse(watched);
  } catch {}
  return read;
};

const errorIn = (template: string, error: unknown, tokens: readonly JinjaToken[] | undefined, read: number): JinjaError => {
  const { tags, open } = tagsOf(template);
  if (open) return new JinjaError(open.line, `\`${open.text.slice(0, 2)}\` has no end, or a string in it has none`);
  // Every tag by itself, with how many tokens it has.
  let tokensBefore = 0;
  const nonText = tokens?.slice(0, read + 1).filter((token) => token.type !== 'Text').length ?? Number.POSITIVE_INFINITY;
  let at: JinjaTag | undefined;
  for (const tag of tags) {
    const found = lex(tag.text);
    if (!Array.isArray(found)) return new JinjaError(tag.line + lineIn(tag.text), sentence(found));
    if (!at && tokensBefore + found.length >= nonText) at = tag;
    if (!at) tokensBefore += found.length;
  }
  const block = blockProblem(tags);
  if (block) return block;
  if (!at || tokens?.[read] === undefined) return new JinjaError(template.split('\n').length, sentence(error));
  const near = tokens[read]?.value.trim().slice(0, 40);
  return new JinjaError(at.line + lineIn(at.text, nonText - tokensBefore), `${sentence(error)}${near ? `, at \`${near}\`` : ''}`);
};

const lex = (tag: string): readonly JinjaToken[] | Error => {
  try {
    return libraryOf().tokenize(tag, { lstrip_blocks: false, trim_blocks: false });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

/** The line of a tag, from 0, on which it has so many tokens, or without a number the first that can't be read. */
const lineIn = (tag: string, count?: number): number => {
  const lines = tag.split('\n');
  for (let line = 0; line < Math.min(lines.length - 1, 200); line++) {
    const found = lex(`${lines.slice(0, line + 1).join('\n')}%}`);
    if (Array.isArray(found) ? count !== undefined && found.length - 1 >= count : count === undefined) return line;
  }
  return lines.length - 1;
};

/** What ends each block, and what may stand in it besides. */
const blocks: Readonly<Record<string, readonly string[]>> = {
  if: ['elif', 'else'],
  for: ['else'],
  macro: [],
  call: [],
  filter: [],
  set: [],
  generation: [],
};
const single = ['break', 'continue'];

/** A statement that isn't known, or a block without its end. */
const blockProblem = (tags: readonly JinjaTag[]): JinjaError | undefined => {
  const stack: { readonly name: string; readonly line: number }[] = [];
  for (const { line, text } of tags) {
    const name = /^\{%[-+]?\s*(\w+)/.exec(text)?.[1];
    if (!text.startsWith('{%') || name === undefined || single.includes(name)) continue;
    const inner = stack.at(-1);
    if (Object.hasOwn(blocks, name)) {
      const found = name === 'set' ? lex(text) : [];
      if (!Array.isArray(found) || !found.some((token: JinjaToken) => token.type === 'Equals')) stack.push({ name, line });
    } else if (inner && (blocks[inner.name] ?? []).includes(name)) continue;
    else if (inner && name === `end${inner.name}`) stack.pop();
    else if (name.startsWith('end') || name === 'else' || name === 'elif')
      return new JinjaError(
        line,
        inner
          ? `\`{% ${name} %}\` stands in the \`{% ${inner.name} %}\` of line ${inner.line}`
          : `\`{% ${name} %}\` ends nothing`,
      );
    else return new JinjaError(line, `\`{% ${name} %}\` is not supported`);
  }
  const unclosed = stack.at(-1);
  return unclosed && new JinjaError(unclosed.line, `\`{% ${unclosed.name} %}\` has no \`{% end${unclosed.name} %}\``);
};

/** The library's message without its types of tokens. */
const sentence = (error: unknown): string => {
  if (error instanceof RangeError) return 'it is nested too deeply';
  if (!(error instanceof Error) || error instanceof TypeError) return 'it ends too early';
  return error.message
    .replace(/^Parser Error: /, '')
    .replace(/\. \w+ !== \w+\.$/, '')
    .slice(0, 200);
};
