// The import-direction rule of docs/life-of-a-message.md, checked on the source text:
//   core ← text ← kept ← stages ← turn ← commands ← platform ← app ← cli ← main.ts
// A stage imports only core, text (reading files that people write), kept (what is kept in the store
// and in folders of the bot's own) and itself.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

const stages = [
  'access',
  'config',
  'engine',
  'locale',
  'lore',
  'memory',
  'people',
  'persona',
  'prompt',
  'queue',
  'recall',
  'reply',
  'scene',
  'store',
  'tasks',
  'telemetry',
  'tools',
  'trigger',
];
const shared = ['core', 'text', 'kept'];

/** What each part of the source may import besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  text: ['core'],
  kept: ['core', 'text'],
  ...Object.fromEntries(stages.map((stage) => [stage, shared])),
  turn: [...shared, ...stages],
  commands: [...shared, ...stages, 'turn'],
  platform: [...shared, ...stages, 'turn', 'commands'],
  app: [...shared, ...stages, 'turn', 'commands', 'platform'],
  cli: [...shared, ...stages, 'turn', 'commands', 'platform', 'app'],
  'main.ts': ['core', 'cli'],
};

/** The part of the source that a file belongs to: its folder under src/, or its own name at the top. */
const partOf = (file: string): string => relative(source, file).split(sep)[0] ?? '';

/** A part without a line above is a mistake of its own: every folder has its place. */
const isAllowed = (from: string, to: string): boolean => from === to || (mayImport[from]?.includes(to) ?? false);

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(source, name));

const wrong: string[] = [];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    if (target === undefined) continue;
    const from = partOf(file);
    const to = partOf(resolve(dirname(file), target));
    if (!isAllowed(from, to)) wrong.push(`${relative(process.cwd(), file)}: ${from} must not import ${to} ('${target}')`);
  }
}
if (wrong.length > 0) {
  process.stderr.write(
    `${wrong.join('\n')}\nSee "The way of a message" in docs/life-of-a-message.md for the direction of imports.\n`,
  );
  process.exit(1);
}
