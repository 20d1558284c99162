// The import-direction rule of docs/life-of-a-message.md, checked on the source text:
//   core ← stages ← turn ← commands, platform ← app.ts ← main.ts
// A stage imports only core and itself; nothing imports main.ts, and only main.ts imports app.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** What a part of the source may import besides itself; a part without a line here is a stage. */
const mayImport: Readonly<Record<string, readonly string[] | 'everything'>> = {
  core: [],
  turn: [
    'core',
    'config',
    'persona',
    'prompt',
    'trigger',
    'memory',
    'store',
    'queue',
    'engine',
    'reply',
    'tasks',
    'tools',
    'telemetry',
  ],
  commands: [
    'core',
    'config',
    'persona',
    'prompt',
    'trigger',
    'memory',
    'store',
    'queue',
    'engine',
    'reply',
    'tasks',
    'tools',
    'telemetry',
    'turn',
  ],
  platform: [
    'core',
    'config',
    'persona',
    'prompt',
    'trigger',
    'memory',
    'store',
    'queue',
    'engine',
    'reply',
    'tasks',
    'tools',
    'telemetry',
    'turn',
    'commands',
  ],
  'app.ts': 'everything',
  'main.ts': 'everything',
};

/** The part of the source that a file belongs to: its folder under src/, or its own name at the top. */
const partOf = (file: string): string => relative(source, file).split(sep)[0] ?? '';

const isAllowed = (from: string, to: string): boolean => {
  if (from === to) return true;
  if (to === 'main.ts' || (to === 'app.ts' && from !== 'main.ts')) return false;
  const allowed = mayImport[from] ?? ['core'];
  return allowed === 'everything' || allowed.includes(to);
};

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
