import { stringify } from 'yaml';
import { bounds } from '../../core/bounds.ts';
import type { JsonObject } from '../../core/json.ts';
import { sentence } from '../../core/sentence.ts';
import { cardError } from './card-error.ts';
import { rawOfCard } from './card-form.ts';
import { parseCardYaml } from './parse-json.ts';
import { type Picture, plainPicture } from './picture.ts';
import { pngWithCard } from './png.ts';
import type { ReadCard } from './read-card.ts';
import { createWork } from './work.ts';

export type WriteOptions = {
  readonly format: 'json' | 'yaml' | 'png';
  /** The specification of JSON and YAML. A PNG holds both. [the card's own, at least 2] */
  readonly version?: 2 | 3;
  /** The picture of a PNG. [the card's own, or else a plain square] */
  readonly picture?: Picture;
};

/**
 * A card as a file. All that stood in the card is in it again, known or not; of a PNG also all that the picture
 * holds besides.
 *
 * @throws PaddockError `bad-input` when it would be too large to be read again, or the picture is no PNG
 */
export const writeCard = ({ card, picture: own }: Pick<ReadCard, 'card' | 'picture'>, options: WriteOptions): Uint8Array => {
  const version = options.version ?? (card.version === 3 ? 3 : 2);
  const { format } = options;
  switch (format) {
    case 'json':
      return jsonBytes(rawOfCard(card, version), 2);
    case 'yaml':
      return yamlBytes(rawOfCard(card, version));
    case 'png': {
      const picture = options.picture ?? own ?? plainPicture(card.fields.name);
      if (picture.mediaType !== 'image/png') {
        const kind = picture.mediaType.replace('image/', '').toUpperCase();
        throw cardError(sentence('cardNotAsPng', { kind }));
      }
      const work = createWork();
      const texts = { chara: jsonBytes(rawOfCard(card, 2)), ccv3: jsonBytes(rawOfCard(card, 3)) };
      const bytes = pngWithCard(picture.bytes, texts, work);
      if (bytes.length > bounds.card.fileBytesMax) throw cardError(sentence('cardPictureTooLarge'));
      return bytes;
    }
    default:
      return format satisfies never;
  }
};

/** Indented for people where it is a file of its own, as long as that does not make it too large. */
const jsonBytes = (raw: JsonObject, indent?: number): Uint8Array => {
  const bytes = Buffer.from(JSON.stringify(raw, null, indent) + (indent === undefined ? '' : '\n'));
  if (bytes.length <= bounds.card.textBytesMax) return bytes;
  if (indent !== undefined) return jsonBytes(raw);
  throw cardError(sentence('cardTooLargeToRead'));
};

const yamlBytes = (raw: JsonObject): Uint8Array => {
  const text = stringify(escapable(raw), { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' });
  const { mistakes } = parseCardYaml(text, 'card.yaml', createWork());
  if (mistakes.length > 0) throw cardError(sentence('cardNotAsYaml'));
  return Buffer.from(text);
};

/** As JSON writes it: without what JSON has no form for. */
const escapable = (raw: JsonObject): unknown => JSON.parse(JSON.stringify(raw));
