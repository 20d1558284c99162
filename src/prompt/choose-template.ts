import { basename } from 'node:path';
import { bounds } from '../core/bounds.ts';
import type { ModelInfo } from '../core/engine.ts';
import { JinjaError, parseJinja } from '../text/parse-jinja.ts';
import { readTextFile } from '../text/read-text-file.ts';
import type { NativeTemplate, PromptTemplate } from './template.ts';
import { templateError } from './template-file.ts';

/**
 * Chooses the template for whatever model is loaded. `wanted` is a template's id; `auto`: of the
 * templates marked `automatic` the native one for a model with a chat template (and while no model
 * is loaded), else the other, which also stands in for `native` then; `native:<name>` for a named chat template of the model's; or the path of
 * a Jinja file. Throws a `PaddockError` (`configuration-invalid`) for an unknown id or a file that can't be used.
 */
export const chooseTemplate = (
  templates: ReadonlyMap<string, PromptTemplate>,
  wanted: string,
): ((model: Pick<ModelInfo, 'hasChatTemplate'> | undefined) => PromptTemplate) => {
  const automatic = [...templates.values()].filter((template) => template.automatic);
  const native = automatic.find((template) => template.kind === 'native');
  const other = automatic.find((template) => template.kind === 'text');
  if (wanted === 'auto') {
    if (!native || !other)
      throw templateError([
        'template: auto needs two templates with `automatic: true`, one of `kind: native` and one with forms',
      ]);
    return (model) => ((model?.hasChatTemplate ?? true) ? native : other);
  }
  const template = templates.get(wanted) ?? chatTemplate(native, wanted);
  if (!template)
    throw templateError([
      `template: there is no "${wanted}"; choose auto, ${[...templates.keys()].toSorted().join(', ')}, native:NAME, or a file that ends in .jinja`,
    ]);
  // A model without a chat template of its own would only fail; it is asked as with `auto`.
  const isDefault = template.kind === 'native' && template.chat?.name === undefined && template.chat?.template === undefined;
  return (model) => (isDefault && other && model?.hasChatTemplate === false ? other : template);
};

/** A native template with a chat template other than the model's default one. */
const chatTemplate = (native: NativeTemplate | undefined, wanted: string): NativeTemplate | undefined => {
  const name = /^native:(.+)$/s.exec(wanted)?.[1];
  const isFile = /\.jinja2?$/i.test(wanted);
  if (name === undefined && !isFile) return undefined;
  if (!native) throw templateError([`template: "${wanted}" needs a template of \`kind: native\` with \`automatic: true\``]);
  const chat = name === undefined ? { template: readJinja(wanted), label: wanted } : { name };
  const id = name === undefined ? basename(wanted) : wanted;
  return { ...native, id, chat: { ...native.chat, ...chat } };
};

const readJinja = (file: string): string => {
  const read = readTextFile(file);
  if (!('text' in read)) throw templateError([`${file}: ${read.problem}`]);
  const { templateCharactersMax } = bounds.chatTemplate;
  if (read.text.length > templateCharactersMax)
    throw templateError([`${file}: is longer than ${templateCharactersMax} characters`]);
  if (read.text.trim() === '') throw templateError([`${file}: is empty`]);
  // Reading such a file takes the square of its length.
  if (/\s{2000}/.test(read.text)) throw templateError([`${file}: has more than 2000 blanks in a row`]);
  try {
    parseJinja(read.text);
  } catch (error) {
    if (error instanceof JinjaError) throw templateError([`${file}: ${error.message}`]);
    throw error;
  }
  return read.text;
};
