import { z } from 'zod';
import { parseForm, type Slot } from './template.ts';

/** The sentence for a value that is absent or of the wrong kind. */
const expects = (what: string) => (issue: { readonly input: unknown }) =>
  issue.input === undefined ? 'is missing' : `must be ${what}`;

/** A form that has these slots once each, may have the optional ones, and no others. */
const form = (required: readonly Slot[], optional: readonly Slot[] = []) =>
  z.string({ error: expects('text in double quotes') }).transform((text, context) => {
    const { form: parsed, problems } = parseForm(text);
    const report = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    problems.forEach(report);
    for (const slot of required) {
      const count = parsed.filter((piece) => piece.kind === 'slot' && piece.slot === slot).length;
      if (count !== 1) report(`must have {${slot}} ${count === 0 ? 'in it' : 'only once'}`);
    }
    for (const piece of parsed)
      if (piece.kind === 'slot' && !required.includes(piece.slot) && !optional.includes(piece.slot))
        report(`can't have {${piece.slot}}`);
    return parsed;
  });

const line = z.string({ error: expects('text') }).refine((text) => text.trim() !== '', 'must not be empty');
const flag = z.boolean({ error: expects('true or false') });
const list = z.array(line, { error: expects('a list of texts') }).max(64, 'has too many entries; 64 are enough');

const common = {
  description: line,
  automatic: flag.default(false),
  stop: list.default([]),
  labels: list.default([]),
  labelsAt: z.enum(['line-start', 'anywhere'], 'must be line-start or anywhere').default('line-start'),
  alternating: flag.default(true),
  userMissing: z.string({ error: expects('text') }).default(''),
};

/** What a file with `kind: native` may hold. */
export const nativeSchema = z
  .strictObject({
    kind: z.literal('native'),
    ...common,
    nameOpening: flag.default(false),
    name: line.optional(),
    variables: z.record(z.string(), z.json(), { error: expects('names with values') }).optional(),
  })
  .transform(({ name, variables, ...template }) => ({
    ...template,
    ...((name !== undefined || variables !== undefined) && {
      chat: { ...(name !== undefined && { name }), ...(variables !== undefined && { variables }) },
    }),
  }));

/** What a file with `kind: text` (or no `kind`) may hold; docs/templates.md explains the keys. */
export const textSchema = z
  .strictObject({
    kind: z.literal('text').default('text'),
    ...common,
    nameOpening: flag.default(true),
    start: form([]).default([]),
    join: form([]).default([]),
    joinAfterAnswer: form([]).optional(),
    system: form(['system']).optional(),
    systemInUser: form(['system', 'user']).optional(),
    systemDefault: z.string({ error: expects('text') }).optional(),
    systemKeptEmpty: flag.default(false),
    systemAnywhere: flag.default(false),
    user: form(['user'], ['name']),
    inputInUser: form(['user', 'input']).optional(),
    assistant: form(['assistant'], ['name']),
    open: form([], ['name']),
  })
  .superRefine((template, context) => {
    const report = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message });
    };
    if ((template.system === undefined) === (template.systemInUser === undefined))
      report(
        template.system === undefined ? 'system' : 'systemInUser',
        'a template has either `system` (a part of its own) or `systemInUser` (inside the first user turn), and one of them',
      );
    for (const key of ['systemKeptEmpty', 'systemAnywhere'] as const)
      if (template[key] && template.system === undefined) report(key, 'needs `system`');
    for (const key of ['user', 'assistant'] as const)
      if (template.alternating && template[key].some((piece) => piece.kind === 'slot' && piece.slot === 'name'))
        report(key, 'can have {name} only with `alternating: false`, because alternating turns may be of several people');
  });

/** Keys whose white space matters; they stand in double quotes. */
export const formKeys: readonly string[] = [
  'start',
  'join',
  'joinAfterAnswer',
  'system',
  'systemInUser',
  'user',
  'inputInUser',
  'assistant',
  'open',
];
