import type { Command, CommandContext } from '../core/command.ts';
import { type CountTokens, type EntryExplanation, explainText } from '../lore/index.ts';
import { createMacroExpander } from '../prompt/macros.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { bookOption, type LoreServices, meantBook } from './lore-access.ts';
import { refusal, shownPath } from './refusal.ts';

/** Most entries that are shown: those that would come in, and the others. */
const shownMax = { active: 40, others: 25 };
/** What a model can hold where none is loaded, in tokens. */
const contextTokensAssumed = 4096;

/** `/lore test`: which entries a text would bring in, and why; and why not the others. */
export const createLoreTestCommand = (services: LoreServices): Command =>
  defineCommand({
    name: 'test',
    description: 'Show which entries a text would bring into the prompt, and why',
    options: [
      { name: 'text', description: 'What somebody would say', isRequired: true, max: 4000 },
      bookOption(services, 'The lorebook; without it, all that count here'),
    ],
    rank: 'moderator',
    run: async (context, given) => {
      const { text, book: asked } = await asTyped(services, context, given);
      const persona = await currentPersona(services, context);
      const { conversation, place, locale, user } = context;
      const books =
        asked === undefined
          ? (await services.lore.service.books({ conversation, ...(place && { place }), persona })).map(({ book }) => book)
          : [await services.lore.catalogue.get((await meantBook(services, context, asked)).id)].flatMap((book) => book ?? []);
      if (books.length === 0)
        throw refusal('bad-input', context, 'loreTestNothing', { command: shownPath('lore attach', context) });
      const { expand } = createMacroExpander({ char: persona.nickname ?? persona.name, user: user.name });
      const { entries, problems } = await explainText(books, text, {
        contextTokens: services.engine.model?.contextTokens ?? contextTokensAssumed,
        countTokens: services.lore.countTokens ?? countAbout,
        expand: (raw) => expand(raw),
      });
      return { text: [explanationText(entries, context), ...remarks(problems, locale)].join('\n'), isPrivate: true };
    },
  });

/** Typed without quotes, only the first word counts as the text; what comes behind is more of it unless it is a book. */
const asTyped = async (
  services: LoreServices,
  context: CommandContext,
  { text, book }: { readonly text: string; readonly book?: string | undefined },
): Promise<{ readonly text: string; readonly book?: string | undefined }> => {
  if (context.where !== 'terminal' || book === undefined || services.lore.catalogue.find(book) !== undefined)
    return { text, book };
  const isMeant = !/\s/.test(book) && /\s/.test(text);
  return isMeant ? { text, book } : { text: `${text} ${book}` };
};

/** Four characters a token, for when no model is asked. */
const countAbout: CountTokens = async (texts) => texts.map((text) => Math.ceil(text.length / 4));

const explanationText = (entries: readonly EntryExplanation[], { locale }: CommandContext): string => {
  const active = entries.filter(({ isActive }) => isActive);
  const others = entries.filter(({ isActive }) => !isActive);
  const tokens = active.reduce((sum, entry) => sum + entry.tokens, 0);
  const list = (some: readonly EntryExplanation[], max: number): readonly string[] => [
    ...some.slice(0, max).map(({ title, why }) => `- ${title.slice(0, 100)}: ${why.slice(0, 300)}`),
    ...(some.length > max ? [`- ${say(locale, 'loreMore', { count: some.length - max })}`] : []),
  ];
  return [
    active.length === 0
      ? say(locale, 'loreTestNone')
      : say(locale, 'loreTestActive', { count: active.length, all: entries.length, tokens }),
    ...list(active, shownMax.active),
    ...(others.length === 0 ? [] : [say(locale, 'loreTestOthers'), ...list(others, shownMax.others)]),
  ].join('\n');
};

const remarks = (problems: readonly string[], locale: CommandContext['locale']): readonly string[] =>
  problems.length === 0 ? [] : [say(locale, 'loreRemarks'), ...problems.slice(0, 10).map((problem) => `- ${problem}`)];
