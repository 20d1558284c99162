import { isAbsolute, relative, sep } from 'node:path';

/** `config/paddock.yaml` for files in the bot's folder, the whole path for others. */
export const nameOf = (path: string, root: string): string => {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/');
};
