import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** This machine, its memory in GB of 10⁹ bytes. */
export type Machine = {
  /** What this process may use of it: a container can have less than the machine. */
  readonly memoryGB: number;
  /** Of the graphics card with the most; undefined where none is found. */
  readonly graphicsMemoryGB: number | undefined;
  readonly cores: number;
};

/** Longest that a graphics card's own program may take to answer, in milliseconds. */
const askMsMax = 3000;

/** Looks at the machine without the engine's native library, which has no place in this process. */
export const lookAtMachine = async (): Promise<Machine> => {
  const constrained = process.constrainedMemory();
  const bytes = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
  const cards = [...(await nvidiaBytes()), ...(await drmBytes('/sys/class/drm'))];
  return {
    memoryGB: bytes / 1e9,
    graphicsMemoryGB: cards.length === 0 ? undefined : Math.max(...cards) / 1e9,
    cores: availableParallelism(),
  };
};

const nvidiaBytes = async (): Promise<readonly number[]> => {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=memory.total', '--format=csv,noheader,nounits'], {
      timeout: askMsMax,
      windowsHide: true,
    });
    return bytesOfMebibytes(stdout);
  } catch {
    return []; // no such program: no such card, or no driver
  }
};

/** Bytes of lines that hold mebibytes; lines that hold something else are left out. */
export const bytesOfMebibytes = (lines: string): readonly number[] =>
  lines
    .split('\n')
    .map((line) => Number(line.trim()) * 1024 * 1024)
    .filter((bytes) => Number.isFinite(bytes) && bytes > 0);

/** AMD's driver tells a card's memory in Linux's own list of cards. */
const drmBytes = async (folder: string): Promise<readonly number[]> => {
  const cards = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    cards
      .filter((name) => /^card\d+$/.test(name))
      .map((name) => readFile(join(folder, name, 'device', 'mem_info_vram_total'), 'utf8').catch(() => '')),
  );
  return texts.map(Number).filter((bytes) => Number.isFinite(bytes) && bytes > 0);
};
