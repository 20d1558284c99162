import { readdirSync, readFileSync } from 'node:fs';

/** The engine's child processes, found by their parent. */
export const children = (parent: number = process.pid): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          new RegExp(`^PPid:\\s${parent}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8')) &&
          readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('engine/llama/child/main.ts')
        );
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
