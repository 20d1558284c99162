/** What an id that is also a file's name looks like. */
export const idPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** An id made of a name: `Mother Tansy` becomes `mother-tansy`. `fallback` for a name without Latin letters or digits. */
export const slugOf = (name: string, fallback: string): string => {
  const slug = name
    .slice(0, 1000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 60)
    .replace(/-$/, '');
  return slug === '' ? fallback : slug;
};

const numberMax = 1000;

/** What an id becomes where it is taken: `rook`, `rook-2`, `rook-3`, …, a thousand in all. */
export function* numberedIds(id: string): Generator<string, undefined> {
  yield id;
  for (let number = 2; number <= numberMax; number += 1) yield `${id.slice(0, 58)}-${number}`;
}
