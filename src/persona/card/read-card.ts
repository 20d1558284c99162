import { bounds } from '../../core/bounds.ts';
import type { Persona } from '../../core/persona.ts';
import { sentence } from '../../core/sentence.ts';
import { mistakeLine } from '../../text/mistake.ts';
import type { TextDocument } from '../../text/parse-yaml.ts';
import { personaOf } from '../persona-of.ts';
import { iconBytes } from './assets.ts';
import { type Card, cardOf, isCard } from './card.ts';
import { cardError, noCardError } from './card-error.ts';
import { rawOfPersona } from './card-form.ts';
import { decodeText, parseCardJson, parseCardYaml } from './parse-json.ts';
import { type Picture, pictureOf } from './picture.ts';
import { cardTextOfPng, isPng } from './png.ts';
import { createWork, type Work } from './work.ts';
import { endOfArchive, openArchive } from './zip.ts';

/** The kinds of files that hold a card; the name is the file's extension. */
export type CardFormat = 'json' | 'yaml' | 'png' | 'charx';

/** A card out of a file. */
export type ReadCard = {
  readonly card: Card;
  readonly format: CardFormat;
  /** The character's picture, where it is in the file. Nothing but its first bytes was looked at. */
  readonly picture?: Picture;
};

/**
 * Reads a character card from anywhere: PNG or APNG, CHARX, JSON or YAML, told by what is in it. What it
 * costs is bounded (`bounds.card`), whatever the bytes are. A persona in this project's own form is read, too.
 *
 * @param options.work counts what it costs [a new one]
 * @throws PaddockError `bad-input` with a sentence for whoever brought the file; `not-found` for a
 * picture or archive without a card. Nothing else.
 */
export const readCard = (bytes: Uint8Array, { work = createWork() }: { readonly work?: Work } = {}): ReadCard => {
  if (bytes.length > bounds.card.fileBytesMax) {
    throw cardError(sentence('cardTooLarge', { megabytes: bounds.card.fileBytesMax / 1_000_000 }));
  }
  if (bytes.length === 0) throw cardError(sentence('cardEmpty'));
  if (isPng(bytes)) {
    const card = cardInText(decodeText(cardTextOfPng(bytes, work), work), work, true);
    return { card, format: 'png', ...pictureIn(iconBytes(card.raw, { default: bytes }, work) ?? bytes) };
  }
  const cover = pictureOf(bytes);
  if (isArchive(bytes) || (cover !== undefined && endOfArchive(bytes, work) !== -1)) return inArchive(bytes, cover, work);
  if (cover !== undefined) throw noCardError(sentence('cardNotInPicture'));
  const card = cardInText(decodeText(bytes, work), work, false);
  return { card, format: isJsonText(bytes) ? 'json' : 'yaml', ...pictureIn(iconBytes(card.raw, {}, work)) };
};

const inArchive = (bytes: Uint8Array, cover: Picture | undefined, work: Work): ReadCard => {
  const archive = openArchive(bytes, work);
  const text = archive.read('card.json', bounds.card.textBytesMax);
  if (text === undefined) throw noCardError(sentence('cardNotInArchive'));
  const card = cardInText(decodeText(text, work), work, true);
  const icon = iconBytes(card.raw, { archive, ...(cover && { default: cover.bytes }) }, work);
  return { card, format: 'charx', ...pictureIn(icon) };
};

const cardInText = (text: string, work: Work, isInside: boolean): Card => {
  const isJson = isInside || /^\s*[[{]/.test(text);
  const document = isJson ? parseCardJson(text, 'card.json', work) : parseCardYaml(text, 'card.yaml', work);
  const { value } = document;
  if (document.mistakes.length === 0 && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw cardError(sentence('cardUnknown'));
  }
  const isOwn = !isInside && !isCard(value) && ownNames.some((name) => Object.hasOwn(Object(value), name));
  const { value: card, mistakes } = isOwn ? ofOwnForm(document) : cardOf(document);
  if (mistakes === undefined) return card;
  const shown = mistakes.slice(0, 3).map((mistake) => mistakeLine(mistake).replace(/\s+/g, ' '));
  const count = mistakes.length - shown.length;
  const told = { mistakes: shown.join('; ') };
  throw cardError(count === 0 ? sentence('cardMistakes', told) : sentence('cardMistakesMore', { ...told, count }));
};

/** Names that only this project's own form has. */
const ownNames = [
  'systemPrompt',
  'greeting',
  'alternateGreetings',
  'groupOnlyGreetings',
  'exampleDialogue',
  'postHistoryInstructions',
  'depthPrompt',
  'creatorNotes',
  'worldName',
  'characterBook',
];

const ofOwnForm = (document: TextDocument): ReturnType<typeof cardOf> => {
  const { value, mistakes } = personaOf(document, 'persona');
  return mistakes === undefined ? { value: cardOfPersona(value) } : { mistakes };
};

/** A persona that was no card, as a V3 card. */
export const cardOfPersona = (persona: Persona): Card => {
  const { id: _id, avatar: _avatar, ...fields } = persona;
  return { version: 3, fields, raw: rawOfPersona(persona), warnings: [] };
};

const pictureIn = (bytes: Uint8Array | undefined): { readonly picture?: Picture } => {
  const picture = bytes && bytes.length <= bounds.card.fileBytesMax ? pictureOf(bytes) : undefined;
  return picture ? { picture } : {};
};

const isArchive = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

const isJsonText = (bytes: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*[[{]/.test(Buffer.from(bytes.subarray(0, 100)).toString('latin1'));
