import { bounds } from '../../core/bounds.ts';

const webhookNameCharactersMax = 80;

/** A blank too thin to be seen. */
const hairSpace = '\u200a';

/** A name as Discord takes it for a webhook: it may not hold its own name, nor that of its former mascot. */
export const webhookName = (name: string): string => {
  const broken = oneLine(name).replace(/clyd(?=e)|discor(?=d)/gi, (found) => found + hairSpace);
  return shortTo(broken, webhookNameCharactersMax) || 'Persona';
};

/** `**Name:**`, for where a name can't be shown otherwise. */
export const namePrefix = (name: string): string => {
  const short = shortTo(oneLine(name), bounds.nameCharactersMax) || 'Persona';
  return `**${short.replace(/[\\*_~|`<>[\]#@:]/g, '\\$&')}:**`;
};

/** Characters that `withPrefix` adds. */
export const prefixCharacters = (prefix: string): number => (prefix === '' ? 0 : prefix.length + 1);

/** A text with the name in front; what means something at the start of a line only keeps that. */
export const withPrefix = (prefix: string, text: string): string => {
  if (prefix === '') return text;
  const needsLine = /^\s*(?:```|#|>|-|\*\s|\d+[.)]\s)/.test(text);
  return `${prefix}${needsLine ? '\n' : ' '}${text}`;
};

/** The text of a message without such a name in front: the prefix is no part of what was said. */
export const withoutPrefix = (content: string): string => content.replace(/^\*\*(?:\\.|[^\\*\n]){1,200}:\*\*[ \n]/, '');

const oneLine = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .toWellFormed()
    .trim();

/** Cut between characters. */
const shortTo = (text: string, charactersMax: number): string => {
  if (text.length <= charactersMax) return text;
  return text
    .slice(0, charactersMax)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
};
