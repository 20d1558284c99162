import { bounds } from '../../core/bounds.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { decodeBase64 } from './base64.ts';
import { fieldsIn } from './card.ts';
import type { Work } from './work.ts';
import type { Archive } from './zip.ts';

/** An asset of a V3 card, as far as pictures of the character go. */
type Icon = { readonly uri: string; readonly name: string };

/**
 * The bytes of the card's main picture, as the card names it. `default` is what `ccdefault:` stands for: the
 * picture that the card lies in. Addresses in the net are not followed. Undefined where there is none.
 */
export const iconBytes = (
  raw: JsonObject,
  where: { readonly archive?: Archive; readonly default?: Uint8Array },
  work: Work,
): Uint8Array | undefined => {
  const icons = iconsOf(raw);
  const icon = icons.find(({ name }) => name === 'main') ?? icons[0];
  if (icon === undefined || icon.uri === 'ccdefault:') return where.default;
  // Spelt so in the specification; not everybody noticed.
  const [, path] = /^embedd?ed:\/\/(.+)$/s.exec(icon.uri) ?? [];
  if (path !== undefined) return where.archive?.read(path, bounds.card.fileBytesMax) ?? where.default;
  const [head] = /^data:image\/[\w.+-]{1,40};base64,/.exec(icon.uri) ?? [];
  if (head === undefined) return where.default;
  return decodeBase64(Buffer.from(icon.uri.slice(head.length), 'latin1'), 'cardPictureDamaged', work);
};

const iconsOf = (raw: JsonObject): readonly Icon[] => {
  const { assets } = fieldsIn(raw);
  if (!Array.isArray(assets)) return [];
  return assets.flatMap((asset) =>
    isJsonObject(asset) && asset.type === 'icon' && typeof asset.uri === 'string'
      ? [{ uri: asset.uri, name: typeof asset.name === 'string' ? asset.name : '' }]
      : [],
  );
};
