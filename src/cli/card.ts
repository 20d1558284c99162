import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { isJsonObject } from '../core/json.ts';
import { unknownFields } from '../persona/card/card-form.ts';
import { type CardWarning, cardTokens, lintCard } from '../persona/card/lint-card.ts';
import { pictureOf } from '../persona/card/picture.ts';
import { type ReadCard, readCard } from '../persona/card/read-card.ts';
import { writeCard } from '../persona/card/write-card.ts';
import { createPersonaCatalogue, type LivePersonaCatalogue } from '../persona/catalogue.ts';
import { readBytes } from '../persona/read-bytes.ts';
import { cleanText } from '../platform/terminal/clean-text.ts';
import { knownMacroNames, unknownMacros } from '../prompt/index.ts';
import { idPattern, slugOf } from '../text/slug.ts';
import type { Options } from './arguments.ts';
import { loadSettings } from './load-settings.ts';
import { openLorebooks } from './open-lorebooks.ts';
import { writeResult } from './write-result.ts';

/** `card inspect|import|export FILE`; gives the exit code. Throws what a bad card or configuration throws. */
export const card = async ([action, file, ...rest]: readonly string[], options: Options): Promise<number> => {
  if (file === undefined || rest.length > 0)
    throw usageError('card needs what to do and one file: card inspect|import|export FILE');
  switch (action) {
    case 'inspect':
      return await inspect(file, options);
    case 'import':
      return await importCard(file, options);
    case 'export':
      return await exportCard(file, options);
    default:
      throw usageError(`card can inspect, import and export, not "${action}"`);
  }
};

const inspect = async (file: string, options: Options): Promise<number> => {
  const read = (await cardOf(file, options)).card;
  const { fields, raw, version } = read.card;
  const { tokens } = await cardTokens(fields);
  const warnings = await warningsOf(read, options);
  if (options.json) {
    const { characterBook, ...rest } = fields;
    const about = { format: read.format, version, fields: rest, hasLorebook: characterBook !== undefined };
    const picture = read.picture?.mediaType ?? null;
    return print(
      JSON.stringify(
        { ...about, picture, tokens: Object.fromEntries(tokens), unknown: unknownFields(read.card), warnings, raw },
        null,
        2,
      ),
    );
  }
  const entries = fields.characterBook?.entries;
  const unknown = unknownFields(read.card);
  return print(
    cleanText(
      [
        `${fields.name}${fields.nickname === undefined ? '' : ` (called ${fields.nickname})`}: ${fields.summary}`,
        `Card: version ${version}, ${read.format.toUpperCase()}${read.picture === undefined ? ', no picture' : `, picture ${read.picture.mediaType}`}`,
        ...[
          ['creator', fields.creator],
          ['character_version', fields.version],
          ['tags', fields.tags?.join(', ')],
          ['extensions.talkativeness', fields.talkativeness],
          ['extensions.world', fields.worldName],
          ['character_book', characterBookText(entries)],
          ['creator_notes', fields.creatorNotes?.replaceAll(/\s+/g, ' ').slice(0, 200)],
        ].flatMap(([name, value]) => (value === undefined ? [] : [`  ${String(name).padEnd(28)}${value}`])),
        'Texts, with about so many tokens:',
        ...[...tokens].map(([name, count]) => `  ${name.padEnd(28)}${String(count).padStart(6)}`),
        ...(unknown.length === 0
          ? []
          : [`Kept, without meaning here: ${unknown.slice(0, 30).join(', ')}${unknown.length > 30 ? ', …' : ''}`]),
        warnings.length === 0 ? 'No warnings.' : 'Warnings:',
        ...warnings.map(({ field, text }) => `  ${field === undefined ? '' : `${field}: `}${text}`),
      ].join('\n'),
    ),
  );
};

const characterBookText = (entries: unknown): string | undefined => {
  if (typeof entries !== 'object' || entries === null) return undefined;
  const count = Object.keys(entries).length;
  return count === 1 ? '1 entry' : `${count} entries`;
};

const importCard = async (file: string, options: Options): Promise<number> => {
  const bytes = readBytes(file, bounds.card.fileBytesMax);
  const catalogue = await openCatalogue(options);
  const id = options.id ?? slugOf(readCard(bytes).card.fields.name, 'persona');
  const { persona, card: read } =
    options.force && catalogue.isImported(id)
      ? await catalogue.replace(id, bytes)
      : await catalogue.add(bytes, { ...(options.id !== undefined && { id: options.id }) });
  for (const { field, text } of await warningsOf(read, options)) {
    process.stderr.write(cleanText(`warning: ${field === undefined ? '' : `${field}: `}${text}\n`));
  }
  return print(`${persona.name} is the persona ${persona.id} now.`);
};

const exportCard = async (file: string, options: Options): Promise<number> => {
  const { card: read, id } = await cardOf(file, options);
  const format = formatOf(options);
  const version = options.spec === undefined ? undefined : options.spec === '2' ? 2 : options.spec === '3' ? 3 : undefined;
  if (options.spec !== undefined && version === undefined) throw usageError('--spec is 2 or 3');
  const picture = options.picture === undefined ? undefined : pictureOf(readBytes(options.picture, bounds.card.fileBytesMax));
  if (options.picture !== undefined && picture === undefined) throw usageError('--picture is no picture that I know');
  const bytes = writeCard(read, { format, ...(version && { version }), ...(picture && { picture }) });
  if (options.out === '-') {
    process.stdout.write(bytes);
    return 0;
  }
  const isFolder = options.out !== undefined && isDirectory(options.out);
  const out = isFolder ? join(options.out ?? '', `${id}.${format}`) : (options.out ?? `${id}.${format}`);
  writeResult(out, bytes, options.force ?? false);
  if (read.format === 'charx' && isJsonObject(read.card.raw.data) && Array.isArray(read.card.raw.data.assets)) {
    process.stderr.write('warning: other files of the archive (assets) are not part of what was written.\n');
  }
  return print(`Written: ${out}`);
};

const formats = ['json', 'yaml', 'png'] as const;

/** As asked for, or else as the written file's name says. */
const formatOf = ({ format, out }: Options): (typeof formats)[number] => {
  const wanted = format ?? (out === undefined || out === '-' || isDirectory(out) ? 'json' : extensionOf(out));
  const known = formats.find((name) => name === wanted || (name === 'yaml' && wanted === 'yml'));
  if (known === undefined) throw usageError(`--format is one of ${formats.join(', ')}`);
  return known;
};

const extensionOf = (path: string): string => /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? 'json';

/** The card in a file, or that of a persona by its id. */
const cardOf = async (file: string, options: Options): Promise<{ readonly card: ReadCard; readonly id: string }> => {
  if (!existsSync(file) && idPattern.test(file)) {
    const catalogue = await openCatalogue(options);
    if (catalogue.get(file) !== undefined) return { card: catalogue.card(file), id: file };
  }
  try {
    const read = readCard(readBytes(file, bounds.card.fileBytesMax));
    return { card: read, id: slugOf(read.card.fields.name, 'persona') };
  } catch (error) {
    if (!(error instanceof PaddockError)) throw error;
    throw new PaddockError(error.code, `${file}: ${error.userText}`, { userText: error.userText, cause: error });
  }
};

/** What may not be meant so in a card. Of lorebooks only the names are asked for: what is wrong with one is not the card's. */
const warningsOf = async ({ card, picture }: ReadCard, options: Options): Promise<readonly CardWarning[]> => {
  const lorebooks = card.fields.worldName === undefined ? undefined : await openLorebooks(options);
  return await lintCard(card, {
    ...(picture && { picture }),
    macros: { unknownIn: unknownMacros, names: knownMacroNames },
    hasLorebook: (name) => lorebooks?.find(name) !== undefined,
  });
};

const openCatalogue = (options: Options): Promise<LivePersonaCatalogue> => {
  const { config } = loadSettings(options);
  return createPersonaCatalogue({
    folder: config.folders.personas,
    importedFolder: join(config.folders.data, 'personas'),
    defaultId: config.persona,
    now: Date.now,
  });
};

const isDirectory = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

const usageError = (sentence: string): PaddockError =>
  new PaddockError('configuration-invalid', sentence, { userText: sentence });

const print = (text: string): number => {
  // JSON escapes what steers a terminal, but for the characters above ASCII.
  process.stdout.write(`${process.stdout.isTTY ? cleanText(text) : text}\n`);
  return 0;
};
