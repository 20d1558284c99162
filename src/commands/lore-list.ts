import type { Command, CommandContext } from '../core/command.ts';
import type { Lorebook, LoreEntry } from '../core/lorebook.ts';
import type { Persona } from '../core/persona.ts';
import { type CountingBook, entrySettingsText, entryTitle, textOfKeys } from '../lore/index.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { bookOption, entryOption, type LoreServices, meantBook, meantEntry, readBook, visibleBooks } from './lore-access.ts';
import { shownPath } from './refusal.ts';

/** Most books and entries that a list shows; what is left out can still be asked for. */
const listedMax = 50;

/** `/lore list` and `/lore show`. */
export const loreListCommands = (services: LoreServices): readonly Command[] => [
  defineCommand({
    name: 'list',
    description: 'Show which lorebooks count here, and which there are',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const persona = await currentPersona(services, context);
      const { conversation, place, locale } = context;
      const counting = await services.lore.service.books({ conversation, ...(place && { place }), persona });
      const here = new Set(counting.map(({ book }) => book.book.id));
      const others = (await visibleBooks(services, context)).filter(({ id }) => !here.has(id));
      const lines = [
        ...(counting.length === 0
          ? [say(locale, 'loreNoneHere')]
          : [say(locale, 'loreHere'), ...countingLines(counting, persona, context)]),
        ...(others.length === 0 ? [] : [say(locale, 'loreOthers')]),
        ...others
          .slice(0, listedMax)
          .map(({ id, name, entryCount }) => `- ${say(locale, 'loreBookLine', { name, id, count: entryCount })}`),
        ...(others.length > listedMax ? [`- ${say(locale, 'loreMore', { count: others.length - listedMax })}`] : []),
        say(locale, 'loreHow', { attach: shownPath('lore attach', context), import: shownPath('lore import', context) }),
      ];
      return { text: lines.join('\n'), isPrivate: true };
    },
  }),
  defineCommand({
    name: 'show',
    description: 'Show the entries of a lorebook, or one of them',
    options: [
      { ...bookOption(services, 'The lorebook'), isRequired: true },
      entryOption(services, 'One entry, to see all of it'),
    ],
    rank: 'moderator',
    run: async (context, { book: asked, entry }) => {
      const book = await readBook(services, context, (await meantBook(services, context, asked)).id);
      const text = entry === undefined ? bookText(book, context) : entryText(meantEntry(book, context, entry), context);
      return { text, isPrivate: true };
    },
  }),
];

const countingLines = (counting: readonly CountingBook[], persona: Persona, { locale }: CommandContext): readonly string[] =>
  counting.map(({ book: { book }, scope }) => {
    const line = say(locale, 'loreBookLine', {
      name: book.name,
      // A card's own has no id that could be asked for.
      id: book.id.replace(/^persona:/, ''),
      count: book.entries.length,
    });
    return `- ${line}: ${say(locale, scopeNotices[scope], { persona: persona.name })}`;
  });

const scopeNotices = {
  conversation: 'loreInConversation',
  character: 'loreWithPersona',
  server: 'loreInServer',
  global: 'loreEverywhere',
} as const;

const bookText = (book: Lorebook, { locale }: CommandContext): string => {
  const shown = book.entries.slice(0, listedMax).map((entry) => {
    const keys = entry.isConstant ? say(locale, 'loreConstant') : textOfKeys(entry.keys).slice(0, 200);
    const off = entry.isEnabled ? '' : ` (${say(locale, 'loreIsOff')})`;
    const title = entryTitle(entry);
    return `- ${title}${off}${keys === title || keys === '' ? '' : `: ${keys}`}`;
  });
  return [
    say(locale, 'loreBookLine', { name: book.name, id: book.id, count: book.entries.length }),
    ...(book.description.trim() === '' ? [] : [book.description.trim().slice(0, 1000)]),
    ...shown,
    ...(book.entries.length > listedMax ? [`- ${say(locale, 'loreMore', { count: book.entries.length - listedMax })}`] : []),
  ].join('\n');
};

const entryText = (entry: LoreEntry, { locale }: CommandContext): string => {
  const line = (name: string, value: string): readonly string[] => (value === '' ? [] : [`${name}: ${value}`]);
  return [
    entryTitle(entry),
    ...line(say(locale, 'loreFieldKeys'), textOfKeys(entry.keys)),
    ...line(say(locale, 'loreFieldSecondary'), textOfKeys(entry.secondaryKeys)),
    ...line(say(locale, 'loreFieldSettings'), entrySettingsText(entry).replaceAll('\n', '; ')),
    '',
    entry.content,
  ].join('\n');
};
