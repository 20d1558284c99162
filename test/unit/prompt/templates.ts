import { fileURLToPath } from 'node:url';
import type { TextTemplate } from '../../../src/prompt/template.ts';
import { parseTemplate } from '../../../src/prompt/template-file.ts';
import { loadTemplates } from '../../../src/prompt/template-folder.ts';

const folder = fileURLToPath(new URL('../../../config/templates', import.meta.url));

/** The templates that ship. */
export const templates = await loadTemplates([folder]);

/** One of them that has forms. */
export const shipped = (id: string): TextTemplate => {
  const template = templates.get(id);
  if (template?.kind !== 'text') throw new Error(`no text template ${id}`);
  return template;
};

/** All of them that have forms. */
export const textTemplates = [...templates.values()].filter((template) => template.kind === 'text');

/** A template as a user would write it, in a test. */
export const templateOf = (yaml: string): TextTemplate => {
  const template = parseTemplate(yaml, 'test.yaml', 'test');
  if (template.kind !== 'text') throw new Error('not a text template');
  return template;
};
