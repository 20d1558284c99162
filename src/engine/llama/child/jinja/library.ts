import * as jinja from '@huggingface/jinja';

// The library's own type declarations can't be resolved by TypeScript's Node rules (their imports
// lack extensions), and they keep private what is changed here. These are what is used of it.

/** A value of a running template. */
export type Value = {
  readonly type: string;
  readonly value: unknown;
  __bool__(): { readonly value: boolean };
  toString(): string;
};

/** A node of the syntax tree, with the parts that some of them have. */
export type Statement = {
  readonly type: string;
  readonly value?: unknown;
  readonly object?: Statement;
  readonly property?: Statement;
  readonly computed?: boolean;
  readonly start?: Statement;
  readonly stop?: Statement;
  readonly step?: Statement;
  readonly operator?: { readonly value: string };
  readonly left?: Statement;
  readonly right?: Statement;
  readonly operand?: Statement;
  readonly negate?: boolean;
  readonly filter?: Statement;
  readonly callee?: Statement;
  readonly args?: readonly Statement[];
  readonly key?: { readonly value: string };
  readonly test?: Statement;
  readonly lhs?: Statement;
  readonly iterable?: Statement;
  readonly loopvar?: Statement;
  readonly body?: readonly Statement[];
  readonly defaultBlock?: readonly Statement[];
};

export interface Environment {
  set(name: string, value: unknown): Value;
  setVariable(name: string, value: Value): Value;
}

interface Interpreter {
  run(program: Statement): Value;
  evaluate(statement: Statement | undefined, environment: Environment): Value;
  evaluateBlock(statements: readonly Statement[], environment: Environment): Value;
}

type Library = {
  readonly Environment: new (parent?: Environment) => Environment;
  readonly Interpreter: new (environment: Environment) => Interpreter;
};

const library: Library = jinja as unknown as Library;

if (!('evaluateBlock' in library.Interpreter.prototype))
  throw new Error('this version of @huggingface/jinja is not the one that is built upon');

export const { Environment: LibraryEnvironment, Interpreter: LibraryInterpreter } = library;
