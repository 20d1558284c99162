import { chmod, readdir, stat } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { makePrivateFolder } from '../store/private-folder.ts';
import { inFolder } from './folder-error.ts';

/** What the bot itself puts into the data folder; a folder with anything else in it belongs to somebody else, too. */
const own = /^(?:models|personas|lorebooks|exports|cache|demo\.gguf.*|terminal-history.*|paddock\..*)$/;

/**
 * Makes the data folder with its folder for models, for their owner only. One that is there already
 * is closed to others as well, unless it is not the bot's alone or was opened on purpose (its group
 * is passed on). Rejects with `configuration-invalid` when it can't be made.
 */
export const prepareDataFolder = async ({ data, models }: Pick<Config['folders'], 'data' | 'models'>): Promise<void> => {
  await inFolder(data, async () => {
    makePrivateFolder(data);
    if (await isOpenByChance(data)) await chmod(data, 0o700);
  });
  await inFolder(models, () => makePrivateFolder(models));
};

const isOpenByChance = async (folder: string): Promise<boolean> => {
  const { uid, mode } = await stat(folder);
  // Set-group-id marks a folder that a group shares, the sticky bit one for everybody, such as /tmp.
  const isOnPurpose = (mode & 0o7000) !== 0;
  if (uid !== process.getuid?.() || isOnPurpose || (mode & 0o077) === 0) return false;
  return (await readdir(folder)).every((name) => own.test(name));
};
