import { bounds } from '../core/bounds.ts';
import type { Command } from '../core/command.ts';
import { bookBytes } from '../lore/index.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { bookOption, type LoreServices, meantBook, readBook, requireMayChange, requireRoom, setOwner } from './lore-access.ts';
import { loreBytes } from './lore-bytes.ts';

const formats = ['world', 'card', 'yaml'] as const;

/** `/lore import` and `/lore export`. */
export const loreFileCommands = (services: LoreServices): readonly Command[] => [
  defineCommand({
    name: 'import',
    description: 'Take a lorebook in: a world file, a card with a book, or YAML',
    options: [
      { name: 'file', description: 'The file', kind: 'attachment', isRequired: true },
      { ...bookOption(services, 'The lorebook that it shall replace; without it, a new one'), name: 'replace' },
    ],
    rank: 'moderator',
    run: async (context, { file, replace }) => {
      const { locale } = context;
      const former = replace === undefined ? undefined : await meantBook(services, context, replace);
      await (former === undefined ? requireRoom(services, context) : requireMayChange(services, context, former));
      const { bytes, name = stemOf(file.name) } = loreBytes(await file.read(bounds.card.fileBytesMax));
      const { catalogue } = services.lore;
      const { summary, warnings } =
        former === undefined ? await catalogue.add(bytes, { name }) : await catalogue.replace(former.id, bytes);
      if (former === undefined) await setOwner(services, context, summary.id);
      const { id, name: book, entryCount: count } = summary;
      const remarks = warnings.slice(0, 10).map((warning) => `- ${warning}`);
      return {
        text: [
          say(locale, 'loreImported', { book, id, count }),
          ...(remarks.length === 0 ? [] : [say(locale, 'loreRemarks'), ...remarks]),
        ].join('\n'),
        isPrivate: false,
        components: [{ kind: 'button', label: say(locale, 'loreUseHere'), call: 'lore attach', values: { book: id } }],
      };
    },
  }),
  defineCommand({
    name: 'export',
    description: 'Give a lorebook as a file',
    options: [
      { ...bookOption(services, 'The lorebook'), isRequired: true },
      {
        name: 'format',
        description: 'world for SillyTavern, card for cards, yaml; without it, as the book is kept',
        kind: 'choice',
        values: formats,
      },
    ],
    // What a story has in store is no news for its players.
    rank: 'moderator',
    run: async (context, { book: asked, format }) => {
      const { id, name } = await meantBook(services, context, asked);
      const file = format === undefined ? await services.lore.catalogue.file(id) : await written(services, context, id, format);
      return { text: say(context.locale, 'loreExported', { book: name }), isPrivate: true, files: [file] };
    },
  }),
];

const written = async (services: LoreServices, context: Parameters<typeof readBook>[1], id: string, format: string) => {
  const book = await readBook(services, context, id);
  const bytes = format === 'yaml' ? bookBytes(book, 'yaml') : bookBytes(book, 'json', format === 'card' ? 'card' : 'world');
  return { name: `${id}.${format === 'yaml' ? 'yaml' : 'json'}`, bytes };
};

/** What a file is called without its ending: good to show. */
const stemOf = (name: string): string =>
  name
    .replace(/^.*[\\/]/s, '')
    .replace(/\.\w{1,8}$/, '')
    .slice(0, 100)
    .trim() || 'Lorebook';
