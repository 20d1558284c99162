import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTextFile } from '../text/read-text-file.ts';
import type { PromptTemplate } from './template.ts';
import { readTemplate, templateError, templateId } from './template-file.ts';

/**
 * Reads all templates of some folders, by id; a later folder's template takes the place of an
 * earlier one's. Throws one `PaddockError` (`configuration-invalid`) with the problems of all files.
 */
export const loadTemplates = async (folders: readonly string[]): Promise<ReadonlyMap<string, PromptTemplate>> => {
  const templates = new Map<string, PromptTemplate>();
  const problems: string[] = [];
  for (const folder of folders)
    for (const name of (await readdir(folder)).filter((entry) => /\.ya?ml$/i.test(entry)).toSorted()) {
      const file = join(folder, name);
      const id = templateId(name);
      if (id === undefined) {
        problems.push(`${file}: a template's file name has only a-z, 0-9, - and _, at most 64 of them, and ends with .yaml`);
        continue;
      }
      const read = readTextFile(file);
      if ('problem' in read) {
        problems.push(`${file}: ${read.problem}`);
        continue;
      }
      const result = readTemplate(read.text, file, id);
      if ('template' in result) templates.set(id, result.template);
      else problems.push(...result.problems);
    }
  if (problems.length > 0) throw templateError(problems);
  return templates;
};
