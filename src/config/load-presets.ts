import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { check } from '../text/check.ts';
import { closest } from '../text/closest.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { parseYaml, type TextDocument } from '../text/parse-yaml.ts';
import { readTextFile } from '../text/read-text-file.ts';
import { mentionsIn, missingTemplateFiles, templateFile } from './mentions.ts';
import { nameOf } from './name-of.ts';
import { overlay } from './overlay.ts';
import type { Preset, Presets } from './preset.ts';
import { type PresetFile, presetSchema } from './preset-schema.ts';

type ReadPreset = { readonly id: string; readonly file: PresetFile; readonly document: TextDocument };

/**
 * Reads all presets of a folder and gives each what it inherits. A folder that is not there has none.
 *
 * @param root the bot's folder: files are named and Jinja files found from there
 * @throws PaddockError `configuration-invalid` with a line for every mistake of all files
 */
export const loadPresets = (folder: string, root: string): Presets => {
  const mistakes: Mistake[] = [];
  const read = new Map<string, ReadPreset>();
  for (const fileName of presetFiles(folder)) {
    const path = join(folder, fileName);
    const name = nameOf(path, root);
    const id = /^([a-z0-9][a-z0-9._-]{0,63})\.ya?ml$/.exec(fileName)?.[1];
    const text = readTextFile(path);
    if (id === undefined || id === 'auto' || id === 'none') mistakes.push({ file: name, path: '', text: nameRule });
    else if ('problem' in text) mistakes.push({ file: name, path: '', text: text.problem });
    else {
      const document = parseYaml(text.text, name);
      const { value, mistakes: wrong } = check(document, presetSchema);
      if (wrong !== undefined) mistakes.push(...wrong);
      else read.set(id, { id, file: value, document });
    }
  }
  const presets = new Map([...read.values()].map((one) => [one.id, presetOf(one, read, mistakes, root)]));
  if (mistakes.length > 0) throw mistakesError(mistakes);
  return presets;
};

const nameRule =
  "a preset's file name has only a-z, 0-9, -, _ and ., at most 64 of them, ends with .yaml, and is neither auto nor none";

const presetFiles = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/i.test(name))
      .toSorted()
      .slice(0, bounds.presetsMax);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

/** A preset with what it inherits. Its name, patterns and download stay its own. */
const presetOf = (
  { id, file, document }: ReadPreset,
  read: ReadonlyMap<string, ReadPreset>,
  mistakes: Mistake[],
  root: string,
): Preset => {
  const chain = ancestors(id, read, (text) => {
    mistakes.push({ file: document.file, position: document.position(['extends']), path: 'extends', text });
  });
  const mentions = mentionsIn(document).filter(({ kind }) => kind === 'template');
  mistakes.push(...missingTemplateFiles(mentions, root));
  // The oldest first, so that what is nearer goes over it.
  const files = [...chain.toReversed(), file];
  const nearest = <Name extends 'template' | 'contextTokens' | 'layout' | 'licence'>(name: Name): PresetFile[Name] =>
    files.findLast((one) => one[name] !== undefined)?.[name];
  const [template, contextTokens, layout, licence] = [
    nearest('template'),
    nearest('contextTokens'),
    nearest('layout'),
    nearest('licence'),
  ];
  return {
    id,
    name: file.name,
    description: file.description,
    match: file.match,
    ...(template !== undefined && { template: templateFile(template, root) }),
    ...(contextTokens !== undefined && { contextTokens }),
    sampling: files.reduce<PresetFile['sampling']>(
      (under, { sampling: { dry, xtc, ...plain } }) => ({
        ...overlay(under, plain),
        dry: overlay(under.dry, dry),
        xtc: overlay(under.xtc, xtc),
      }),
      { dry: {}, xtc: {} },
    ),
    answer: files.reduce<PresetFile['answer']>((under, { answer }) => overlay(under, answer), {}),
    ...(layout !== undefined && { layout: withoutAbsent(layout) }),
    ...(licence !== undefined && { licence: withoutAbsent(licence) }),
    ...(file.model !== undefined && { model: withoutAbsent(file.model) }),
    mentions,
  };
};

/** What a preset extends, the nearest first. Reports a name that is not there, and a circle. */
const ancestors = (id: string, read: ReadonlyMap<string, ReadPreset>, report: (text: string) => void): readonly PresetFile[] => {
  const chain: PresetFile[] = [];
  const seen = new Set([id]);
  let next = read.get(id)?.file.extends;
  while (next !== undefined) {
    const parent = read.get(next)?.file;
    if (seen.has(next)) report(`leads back to ${next}`);
    else if (parent === undefined && chain.length === 0) {
      const near = closest(next, [...read.keys()]);
      report(`there is no preset ${JSON.stringify(next)}${near === undefined ? '' : `; did you mean ${near}?`}`);
    }
    if (seen.has(next) || parent === undefined) break;
    seen.add(next);
    chain.push(parent);
    next = parent.extends;
  }
  return chain;
};

type Present<Value> = { [Name in keyof Value]: Exclude<Value[Name], undefined> };

/** Optional values that are absent, as the types of the core want them. */
const withoutAbsent = <Value extends object>(value: Value): Present<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Present<Value>;
