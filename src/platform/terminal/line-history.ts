import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bounds } from '../../core/bounds.ts';
import type { Logger } from '../../core/logger.ts';
import { cleanText } from './clean-text.ts';

/** The lines typed in earlier chats, in a file that only its owner can read. A failing file costs the history, nothing else. */
export interface LineHistory {
  /** Newest first, as readline keeps them. */
  load(): Promise<string[]>;
  /** Keeps these lines, newest first, instead of those in the file. */
  save(lines: readonly string[]): void;
  /** Resolves once everything given to `save` is written. */
  settled(): Promise<void>;
}

/** @param file oldest line first, one line each; undefined keeps nothing. */
export const createLineHistory = (file: string | undefined, logger: Logger): LineHistory => {
  const { entriesMax, entryCharactersMax } = bounds.terminalHistory;
  let writing: Promise<void> = Promise.resolve();

  const kept = (lines: readonly string[]): string[] =>
    lines
      .map((line) => cleanText(line).replaceAll('\n', ' ').trimEnd())
      .filter((line) => line !== '' && line.length <= entryCharactersMax);

  const write = async (path: string, lines: readonly string[]): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    // Written beside and renamed, so that a crash leaves a whole file. The mode holds for a new file only, hence the removal.
    const beside = `${path}.new`;
    await rm(beside, { force: true });
    await writeFile(beside, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    await rename(beside, path);
  };

  return {
    async load() {
      if (file === undefined) return [];
      try {
        if ((await stat(file)).size > bounds.textFileBytesMax * 4) return [];
        return kept((await readFile(file, 'utf8')).split('\n'))
          .slice(-entriesMax)
          .reverse();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') logger.warn({ error }, 'the line history cannot be read');
        return [];
      }
    },
    save(lines) {
      if (file === undefined) return;
      const entries = kept(lines.slice(0, entriesMax)).reverse();
      writing = writing
        .then(() => write(file, entries))
        .catch((error: unknown) => logger.warn({ error }, 'the line history cannot be written'));
    },
    settled: () => writing,
  };
};
