/** What an id of a lorebook looks like. */
export const bookIdPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** An id made of a name: `The Harrow Pass` becomes `the-harrow-pass`. A name without Latin letters or digits becomes `book`. */
export const bookIdOf = (name: string): string => {
  const id = name
    .slice(0, 1000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 60)
    .replace(/-$/, '');
  return id === '' ? 'book' : id;
};
