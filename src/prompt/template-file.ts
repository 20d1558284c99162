import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import type { PromptTemplate } from './template.ts';
import { formKeys, nativeSchema, textSchema } from './template-schema.ts';

/** A template, or what is wrong with its file: one sentence a problem, with file and line. */
export type TemplateResult = { readonly template: PromptTemplate } | { readonly problems: readonly string[] };

/** The id that a file name gives its template, if it is one. */
export const templateId = (fileName: string): string | undefined => /^([a-z0-9][a-z0-9_-]{0,63})\.ya?ml$/.exec(fileName)?.[1];

/**
 * Reads a template's text and reports all its problems at once.
 * @param file names the file in problems.
 */
export const readTemplate = (text: string, file: string, id: string): TemplateResult => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = (offset: number, message: string) => ({ line: lines.linePos(offset).line, message });
  const found = document.errors.map((error) => problem(error.pos[0], `is no valid YAML: ${error.message}`));
  visit(document, {
    Alias: (_key, alias) => {
      found.push(problem(alias.range?.[0] ?? 0, `the alias *${alias.source} can't be used here; write the text out`));
    },
  });
  // Without valid YAML there is nothing to check further.
  if (found.length > 0) return { problems: found.map(({ line, message }) => `${file}:${line}: ${message}`) };

  for (const key of formKeys) {
    const node = document.get(key, true);
    if (isScalar(node) && typeof node.value === 'string' && node.type !== 'QUOTE_DOUBLE')
      found.push(problem(node.range?.[0] ?? 0, `\`${key}\` must stand in double quotes, so that its spaces and \\n can be seen`));
  }
  const value: unknown = document.toJS();
  const isNative = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'native';
  const parsed = (isNative ? nativeSchema : textSchema).safeParse(value);
  for (const issue of parsed.error?.issues ?? [])
    for (const { path, message } of sentences(issue)) {
      const node = nearestNode(document, path);
      const key = path.map((step) => (typeof step === 'number' ? `entry ${step + 1}` : `\`${String(step)}\``)).join(' ');
      found.push(problem(node, key === '' ? message : `${key} ${message}`));
    }
  if (found.length > 0 || !parsed.success)
    return { problems: found.toSorted((a, b) => a.line - b.line).map(({ line, message }) => `${file}:${line}: ${message}`) };
  if (parsed.data.kind === 'native') return { template: { id, ...parsed.data } };
  const { joinAfterAnswer, system, systemInUser, systemDefault, inputInUser, ...forms } = parsed.data;
  return {
    template: {
      id,
      ...forms,
      joinAfterAnswer: joinAfterAnswer ?? forms.join,
      ...(system && { system }),
      ...(systemInUser && { systemInUser }),
      ...(systemDefault !== undefined && { systemDefault }),
      ...(inputInUser && { inputInUser }),
    },
  };
};

/** Reads a template's text. Throws a `PaddockError` (`configuration-invalid`) that lists all problems. */
export const parseTemplate = (text: string, file: string, id: string): PromptTemplate => {
  const result = readTemplate(text, file, id);
  if ('template' in result) return result.template;
  throw templateError(result.problems);
};

/** The error for all problems of any number of template files. */
export const templateError = (problems: readonly string[]): PaddockError =>
  new PaddockError('configuration-invalid', problems.join('\n'), {
    userText: sentence('templateMistakes'),
  });

type Path = readonly PropertyKey[];

const sentences = (issue: z.core.$ZodIssue): readonly { readonly path: Path; readonly message: string }[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: 'is no key of a template; docs/templates.md lists them',
    }));
  if (issue.path.length === 0 && issue.code === 'invalid_type')
    return [{ path: [], message: 'a template is a list of `key: value` lines; docs/templates.md lists the keys' }];
  if (issue.code === 'invalid_value' && issue.path[0] === 'kind')
    return [{ path: issue.path, message: 'must be text or native' }];
  return [{ path: issue.path, message: issue.message }];
};

/** Where the value of a path begins, or the nearest thing around it that is there. */
const nearestNode = (document: ReturnType<typeof parseDocument>, path: Path): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) return Number(node.range[0]);
  }
  return 0;
};
