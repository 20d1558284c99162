import { mkdir, open, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, relative } from 'node:path';
import { say } from '../../commands/locale/index.ts';
import { refusal } from '../../commands/refusal.ts';
import { bounds } from '../../core/bounds.ts';
import type { CommandAttachment } from '../../core/command.ts';
import { PaddockError } from '../../core/error.ts';
import type { Locale } from '../../core/locale.ts';
import type { Logger } from '../../core/logger.ts';

/** A file named by its path: whoever types here may read what the bot may read. */
export const typedFile = (path: string, locale: Locale): CommandAttachment => {
  const name = basename(path);
  return {
    name,
    async read(bytesMax = bounds.attachmentBytesMax) {
      try {
        const file = await open(path.startsWith('~/') ? join(homedir(), path.slice(2)) : path, 'r');
        try {
          const stats = await file.stat();
          if (!stats.isFile()) throw new Error('it is no ordinary file');
          if (stats.size > bytesMax) {
            throw refusal('bad-input', { locale }, 'fileTooLarge', { file: name, max: Math.floor(bytesMax / 1_048_576) || 1 });
          }
          const bytes = Buffer.alloc(stats.size);
          const { bytesRead } = await file.read(bytes, 0, stats.size, 0);
          return new Uint8Array(bytes.subarray(0, bytesRead));
        } finally {
          await file.close();
        }
      } catch (error) {
        throw error instanceof PaddockError ? error : refusal('bad-input', { locale }, 'fileUnreadable', { file: name }, error);
      }
    },
  };
};

/** Most files of one name; a counter tells them apart. */
const sameNameMax = 1000;

/** Writes files under names that lead nowhere else and are not taken yet; tells where each one is. */
export const saveFiles = async (
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  folder: string | undefined,
  locale: Locale,
  logger: Logger,
): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const { name, bytes } of files) {
    const plain = plainName(name);
    try {
      if (folder === undefined) throw new Error('there is no folder for files');
      await mkdir(folder, { recursive: true });
      lines.push(say(locale, 'fileSaved', { file: shownPath(await saveFile(folder, plain, bytes)) }));
    } catch (error) {
      logger.error({ error, file: plain }, 'a file could not be saved');
      lines.push(say(locale, 'fileNotSaved', { file: plain }));
    }
  }
  return lines;
};

/** Letters, digits, dots and dashes, not beginning with a dot. */
const plainName = (name: string): string =>
  basename(name)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^[.]+/, '')
    .slice(-100) || 'file';

const saveFile = async (folder: string, name: string, bytes: Uint8Array): Promise<string> => {
  const [, stem = name, extension = ''] = /^(.+?)(\.[^.]*)?$/.exec(name) ?? [];
  for (let count = 1; ; count += 1) {
    const path = join(folder, count === 1 ? name : `${stem}-${count}${extension}`);
    try {
      await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken || count >= sameNameMax) throw error;
    }
  }
};

const shownPath = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
};
