import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { closest } from '../text/closest.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { pathText, type TextDocument, type ValuePath } from '../text/parse-yaml.ts';

/** A persona, preset or template that a file names, and where. */
export type Mention = Omit<Mistake, 'text'> & {
  readonly kind: 'persona' | 'preset' | 'template';
  readonly value: string;
};

/** What there is to be named: ids. Where that is not known, because the folder can't be read, nothing is checked. */
export type KnownNames = { readonly [Kind in Mention['kind']]: Iterable<string> | undefined };

/** True for the path of a Jinja file in place of a template's name. */
export const isTemplateFile = (template: string): boolean => /\.jinja2?$/.test(template);

/** A template's name as it is, the path of a Jinja file made absolute. */
export const templateFile = (template: string, root: string): string =>
  isTemplateFile(template) ? resolve(root, template) : template;

/** Finds what a configuration names: at its top, in its servers and in their channels. */
export const mentionsIn = (document: TextDocument): readonly Mention[] => {
  const found: Mention[] = [];
  const look = (value: unknown, path: ValuePath): void => {
    for (const kind of ['persona', 'preset', 'template'] as const) {
      const named = member(value, kind);
      if (typeof named !== 'string' || !isId(kind, named)) continue;
      const at = [...path, kind];
      found.push({ kind, value: named, file: document.file, position: document.position(at), path: pathText(at) });
    }
    for (const group of ['servers', 'channels']) {
      const places = member(value, group);
      if (typeof places !== 'object' || places === null) continue;
      for (const [id, place] of Object.entries(places)) look(place, [...path, group, id]);
    }
  };
  look(document.value, []);
  return found;
};

/** What an option of the command line names, such as `--preset ID`. */
export const mentionsInOption = (kind: Mention['kind'], value: string | undefined): readonly Mention[] =>
  value === undefined || !isId(kind, value) ? [] : [{ kind, value, file: `--${kind}`, path: '' }];

/** The Jinja files that are named and not there. */
export const missingTemplateFiles = (mentions: readonly Mention[], root: string): readonly Mistake[] =>
  mentions
    .filter(({ kind, value }) => kind === 'template' && isTemplateFile(value) && !existsSync(resolve(root, value)))
    .map(({ kind: _, value, ...place }) => ({ ...place, text: `there is no file ${value}` }));

/**
 * Checks what files name against what there is.
 *
 * @throws PaddockError `configuration-invalid` with a line for each name that is not there, and what was probably meant
 */
export const checkMentions = (mentions: readonly Mention[], known: KnownNames): void => {
  const mistakes = mentions.flatMap(({ kind, value, ...place }): readonly Mistake[] => {
    const names = known[kind] && [...known[kind]];
    if (names === undefined || names.includes(value) || (kind === 'template' && isTemplateFile(value))) return [];
    const near = closest(value, names);
    const hint = near === undefined ? `there are ${names.toSorted().join(', ') || 'none'}` : `did you mean ${near}?`;
    return [{ ...place, text: `there is no ${kind} ${JSON.stringify(value)}; ${hint}` }];
  });
  if (mistakes.length > 0) throw mistakesError(mistakes);
};

/** Values that name no file. */
const words: Readonly<Record<Mention['kind'], readonly string[]>> = {
  persona: [],
  preset: ['auto', 'none'],
  template: ['auto'],
};

const isId = (kind: Mention['kind'], value: string): boolean =>
  !words[kind].includes(value) && !(kind === 'template' && value.startsWith('native:'));

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
