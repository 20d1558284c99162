import { drawn, rolled, seeded } from './chance-macros.ts';
import {
  dateInPattern,
  dateText,
  durationText,
  isoDateText,
  isoTimeText,
  timeAtOffset,
  timeText,
  weekdayText,
} from './date-macros.ts';
import type { MacroCall, MacroPart } from './parse-macros.ts';
import { splitParts } from './parse-macros.ts';
import type { MacroValues } from './values.ts';
import { added, type MacroVariables, type VariableSession } from './variables.ts';

/** What a macro has to work with while it is expanded. */
export type MacroScope = {
  readonly values: MacroValues;
  readonly variables: VariableSession | undefined;
  readonly text: (parts: readonly MacroPart[]) => string;
  readonly call: MacroCall;
  /** Tells this macro from every other: the whole text it stands in, and where. */
  readonly place: readonly string[];
  /** `{{original}}`: the text, once. */
  readonly takeOriginal: () => string;
};

/** What a macro stands for; undefined where its value is not given, so that it stays. */
type Expand = (scope: MacroScope) => string | undefined;

/** A macro, and whether it may be something else for the next answer. */
export type KnownMacro = { readonly expand: Expand; readonly isVolatile?: true };

const value =
  (read: (values: MacroValues) => string | undefined): Expand =>
  ({ values, call }) =>
    call.rest.length === 0 ? read(values) : undefined;

const group: Expand = ({ values }) =>
  values.group !== undefined && values.group.length > 1 ? values.group.join(', ') : values.char;

/** The arguments: split at `::`, or the one after `:` or a space. */
const argumentsOf = ({ call, text }: MacroScope): readonly string[] =>
  call.separator === '' ? [] : splitParts(call.rest, '::').map(text);

/** One of the choices of `random` and `pick`, split at `::`, else at commas. Only the chosen one is expanded, for the others may set variables. */
const choose = ({ call, text }: MacroScope, random: () => number): string => {
  const byColons = splitParts(call.rest, '::');
  if (byColons.length > 1) return text(drawn(byColons, random) ?? []);
  return text(drawn(splitParts(call.rest, ','), random) ?? []).trim();
};

const when =
  (write: (at: number, timeZone: string, scope: MacroScope) => string | undefined): Expand =>
  (scope) =>
    scope.values.now === undefined ? undefined : write(scope.values.now, zoneOf(scope.values), scope);

const zoneOf = ({ timeZone = 'UTC' }: MacroValues): string => (typeof timeZone === 'string' ? timeZone : timeZone());

const withVariables =
  (use: (variables: VariableSession, name: string, argument: string) => string): Expand =>
  (scope) => {
    const [name = '', ...rest] = argumentsOf(scope);
    return scope.variables === undefined ? undefined : use(scope.variables, name.trim(), rest.join('::'));
  };

const change = (variables: VariableSession, scope: keyof MacroVariables, name: string, next: string): string => {
  variables.set(scope, name, next);
  return variables.get(scope, name);
};

/** The four ways to change a variable, and the one to read it. */
const variableMacros = (scope: keyof MacroVariables, infix: string): readonly (readonly [string, KnownMacro])[] => [
  [`get${infix}var`, { isVolatile: true, expand: withVariables((variables, name) => variables.get(scope, name)) }],
  [
    `set${infix}var`,
    {
      expand: withVariables((variables, name, next) => {
        change(variables, scope, name, next);
        return '';
      }),
    },
  ],
  [
    `add${infix}var`,
    {
      expand: withVariables((variables, name, more) => {
        change(variables, scope, name, added(variables.get(scope, name), more));
        return '';
      }),
    },
  ],
  [
    `inc${infix}var`,
    {
      isVolatile: true,
      expand: withVariables((variables, name) => change(variables, scope, name, added(variables.get(scope, name), '1'))),
    },
  ],
  [
    `dec${infix}var`,
    {
      isVolatile: true,
      expand: withVariables((variables, name) => change(variables, scope, name, added(variables.get(scope, name), '-1'))),
    },
  ],
];

/** Every macro by its name in lower case. `trim`, and what stands in angle brackets, is done while expanding. */
export const knownMacros: ReadonlyMap<string, KnownMacro> = new Map<string, KnownMacro>([
  ['char', { expand: value(({ char }) => char) }],
  ['user', { expand: value(({ user }) => user) }],
  ['persona', { expand: value(({ persona }) => persona) }],
  ['description', { expand: value(({ description }) => description) }],
  ['personality', { expand: value(({ personality }) => personality) }],
  ['scenario', { expand: value(({ scenario }) => scenario) }],
  ['group', { expand: group }],
  ['charifnotgroup', { expand: group }],
  ['groupnotmuted', { expand: ({ values }) => values.groupNotMuted?.join(', ') ?? values.group?.join(', ') ?? values.char }],
  ['original', { expand: ({ takeOriginal }) => takeOriginal() }],
  ['newline', { expand: (scope) => '\n'.repeat(Math.min(20, Math.max(1, Math.trunc(Number(argumentsOf(scope)[0]) || 1)))) }],
  ['noop', { expand: () => '' }],
  ['//', { expand: () => '' }],
  ['comment', { expand: () => '' }],
  ['hidden_key', { expand: () => '' }],
  ['reverse', { expand: ({ call, text }) => [...text(call.rest)].reverse().join('') }],
  [
    'outlet',
    { expand: (scope) => scope.values.outlets?.get(argumentsOf(scope)[0]?.trim() ?? '') ?? (scope.values.outlets && '') },
  ],
  ['lastmessage', { isVolatile: true, expand: value(({ lastMessage }) => lastMessage) }],
  ['lastusermessage', { isVolatile: true, expand: value(({ lastUserMessage }) => lastUserMessage) }],
  ['lastcharmessage', { isVolatile: true, expand: value(({ lastCharMessage }) => lastCharMessage) }],
  ['time', { isVolatile: true, expand: when(timeText) }],
  ['time_utc', { isVolatile: true, expand: when((at, _zone, { call, text }) => timeAtOffset(at, text(call.rest))) }],
  ['date', { isVolatile: true, expand: when(dateText) }],
  ['weekday', { isVolatile: true, expand: when(weekdayText) }],
  ['isotime', { isVolatile: true, expand: when(isoTimeText) }],
  ['isodate', { isVolatile: true, expand: when(isoDateText) }],
  [
    'datetimeformat',
    {
      isVolatile: true,
      expand: when((at, zone, { call, text }) => dateInPattern(at, zone, text(call.rest).trim().slice(0, 200))),
    },
  ],
  [
    'idle_duration',
    {
      isVolatile: true,
      expand: when((at, _zone, { values: { lastUserAt } }) =>
        lastUserAt === undefined ? 'just now' : durationText(Math.max(0, at - lastUserAt)),
      ),
    },
  ],
  [
    'random',
    {
      isVolatile: true,
      expand: (scope) => (scope.values.random === undefined ? undefined : choose(scope, scope.values.random)),
    },
  ],
  [
    'pick',
    {
      expand: (scope) => {
        const { pickSeed } = scope.values;
        return pickSeed === undefined ? undefined : choose(scope, () => seeded(pickSeed, ...scope.place));
      },
    },
  ],
  [
    'roll',
    {
      isVolatile: true,
      expand: ({ values: { random }, call, text }) =>
        random === undefined ? undefined : String(rolled(text(call.rest), random) ?? ''),
    },
  ],
  ...variableMacros('local', ''),
  ...variableMacros('global', 'global'),
]);
