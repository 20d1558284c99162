import type { LorePosition, LoreRole } from '../core/lorebook.ts';

/** A place in the prompt: those that entries can have, and behind two fields of the persona. */
export type SectionPosition = LorePosition | 'personality' | 'scenario';

/** What the decorators of an entry's text ask for; see the card specification's version 3. */
export type Decorators = {
  readonly activates: boolean;
  readonly neverActivates: boolean;
  readonly depth?: number;
  /** As `depth`, counted from the oldest message. */
  readonly reverseDepth?: number;
  readonly role?: LoreRole;
  readonly scanDepth?: number;
  readonly position?: SectionPosition;
  /** One of these must be found too. */
  readonly additionalKeys: readonly string[];
  /** None of these may be found. */
  readonly excludeKeys: readonly string[];
  /** Not before the persona answered so many times. */
  readonly onlyAfter?: number;
  /** Only when the number of answers divides by this. */
  readonly onlyEvery?: number;
  readonly keepsAfterMatch: boolean;
  readonly endsAfterMatch: boolean;
  readonly greeting?: number;
  readonly yieldsFirst: boolean;
};

type Change = Partial<Decorators> | undefined;

const whole = (value: string): number | undefined => (/^\d{1,9}$/.test(value) ? Number(value) : undefined);

const withNumber = (value: string, change: (number: number) => Change): Change => {
  const number = whole(value);
  return number === undefined ? undefined : change(number);
};

const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const positions: ReadonlyMap<string, SectionPosition> = new Map<string, SectionPosition>([
  ['before_desc', 'before'],
  ['after_desc', 'after'],
  ['personality', 'personality'],
  ['scenario', 'scenario'],
]);

/** What each decorator does with its value; undefined where the value has no meaning, so that its fallback counts. */
const known: ReadonlyMap<string, (value: string) => Change> = new Map<string, (value: string) => Change>([
  ['activate', () => ({ activates: true })],
  ['dont_activate', () => ({ neverActivates: true })],
  ['depth', (value) => withNumber(value, (depth) => ({ depth }))],
  ['reverse_depth', (value) => withNumber(value, (reverseDepth) => ({ reverseDepth }))],
  ['role', (value) => (value === 'system' || value === 'user' || value === 'assistant' ? { role: value } : undefined)],
  ['scan_depth', (value) => withNumber(value, (scanDepth) => ({ scanDepth }))],
  [
    'position',
    (value) => {
      const position = positions.get(value);
      return position && { position };
    },
  ],
  ['additional_keys', (value) => (list(value).length === 0 ? undefined : { additionalKeys: list(value) })],
  ['exclude_keys', (value) => (list(value).length === 0 ? undefined : { excludeKeys: list(value) })],
  ['activate_only_after', (value) => withNumber(value, (onlyAfter) => ({ onlyAfter }))],
  ['activate_only_every', (value) => withNumber(value, (onlyEvery) => (onlyEvery === 0 ? undefined : { onlyEvery }))],
  ['keep_activate_after_match', () => ({ keepsAfterMatch: true })],
  ['dont_activate_after_match', () => ({ endsAfterMatch: true })],
  ['is_greeting', (value) => withNumber(value, (greeting) => ({ greeting }))],
  ['ignore_on_max_context', () => ({ yieldsFirst: true })],
]);

const none: Decorators = {
  activates: false,
  neverActivates: false,
  additionalKeys: [],
  excludeKeys: [],
  keepsAfterMatch: false,
  endsAfterMatch: false,
  yieldsFirst: false,
};

/**
 * Takes the decorators off the beginning of an entry's text. `@@name value` counts once, the first time; `@@@name value`
 * after one that is not known (or has a value without meaning) stands in for it.
 */
export const readDecorators = (content: string): { readonly decorators: Decorators; readonly text: string } => {
  if (!/^\s*@@/.test(content)) return { decorators: none, text: content };
  const lines = content.split('\n');
  let decorators = none;
  const seen = new Set<string>();
  let isAnswered = true;
  let at = 0;
  for (; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (line === '') continue;
    const match = /^(@@@?)([a-z0-9_]+)(?:\s+(.*))?$/i.exec(line);
    if (match === null) break;
    const [, sign, rawName = '', value = ''] = match;
    const name = rawName.toLowerCase();
    if (sign === '@@') isAnswered = false;
    else if (isAnswered) continue;
    const change = known.get(name)?.(value.trim());
    if (change === undefined) continue;
    isAnswered = true;
    if (!seen.has(name)) decorators = { ...decorators, ...change };
    seen.add(name);
  }
  return { decorators, text: lines.slice(at).join('\n').trim() };
};
