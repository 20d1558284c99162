/** What an id of a persona looks like. */
export const idPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** An id made of a name: `Mother Tansy` becomes `mother-tansy`. A name without Latin letters or digits becomes `persona`. */
export const slugOf = (name: string): string => {
  const slug = name
    .slice(0, 1000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 60)
    .replace(/-$/, '');
  return slug === '' ? 'persona' : slug;
};
