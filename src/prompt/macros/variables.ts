import { bounds } from '../../core/bounds.ts';

/** Variables by name. `local` ones are the conversation's, `global` ones everybody's. */
export type MacroVariables = {
  readonly local: Readonly<Record<string, string>>;
  readonly global: Readonly<Record<string, string>>;
};

/** No variables yet. */
export const noVariables: MacroVariables = { local: {}, global: {} };

/** Variables as macros change them; what changed is for whoever keeps them. */
export interface VariableSession {
  get(scope: keyof MacroVariables, name: string): string;
  /** False where the variable can't be kept: too many, or a name too long. */
  set(scope: keyof MacroVariables, name: string, value: string): boolean;
  /** The variables that have another value than before. */
  changes(): MacroVariables;
  /** One of its own that begins as this one stands now. */
  fork(): VariableSession;
}

/** Begins with stored variables, which stay as they are. */
export const createVariables = (stored: MacroVariables): VariableSession =>
  sessionOf(
    stored,
    { local: new Map(Object.entries(stored.local)), global: new Map(Object.entries(stored.global)) },
    { local: new Set<string>(), global: new Set<string>() },
  );

const sessionOf = (
  stored: MacroVariables,
  now: Readonly<Record<keyof MacroVariables, Map<string, string>>>,
  changed: Readonly<Record<keyof MacroVariables, Set<string>>>,
): VariableSession => {
  const { variablesMax, variableNameCharactersMax, variableCharactersMax } = bounds.macros;
  const changesOf = (scope: keyof MacroVariables): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...changed[scope]]
        .filter((name) => !Object.hasOwn(stored[scope], name) || stored[scope][name] !== now[scope].get(name))
        .map((name) => [name, now[scope].get(name) ?? '']),
    );
  return {
    get: (scope, name) => now[scope].get(name) ?? '',
    set: (scope, name, value) => {
      const isNew = !now[scope].has(name);
      if (name === '' || name === '__proto__' || name.length > variableNameCharactersMax) return false;
      if (isNew && now[scope].size >= variablesMax) return false;
      now[scope].set(name, value.slice(0, variableCharactersMax).toWellFormed());
      changed[scope].add(name);
      return true;
    },
    changes: () => ({ local: changesOf('local'), global: changesOf('global') }),
    fork: () =>
      sessionOf(
        stored,
        { local: new Map(now.local), global: new Map(now.global) },
        { local: new Set(changed.local), global: new Set(changed.global) },
      ),
  };
};

/** The sum where both are numbers, otherwise the texts one after the other. */
export const added = (value: string, increment: string): string => {
  const [one, other] = [Number(value || 0), Number(increment)];
  const isSum = increment.trim() !== '' && Number.isFinite(one) && Number.isFinite(other);
  // Tenths added up should not read 0.30000000000000004.
  return isSum ? String(Number((one + other).toPrecision(12))) : value + increment;
};
