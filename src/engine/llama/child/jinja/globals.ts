import { bounds } from '../../../../core/bounds.ts';
import { dictOf } from './filters.ts';
import { type Environment, LibraryEnvironment } from './library.ts';
import { runsOf } from './shadow.ts';
import { strftime } from './strftime.ts';
import { callable, flag, list, none, splitArguments, text, textIn, tooMany, type Value, whole, wholeIn } from './values.ts';

/** A template refused what it was given, with `raise_exception`. */
export class RefusalError extends Error {}

/** What every template knows besides its variables. The library's own `range` has no bound. */
export const createEnvironment = (variables: ReadonlyMap<string, Value>, now: Date): Environment => {
  const environment = new LibraryEnvironment();
  const known: Readonly<Record<string, Value>> = {
    true: flag(true),
    True: flag(true),
    false: flag(false),
    False: flag(false),
    none: none(),
    None: none(),
    raise_exception: callable(([message]) => {
      throw new RefusalError(withoutTexts(textIn(message) ?? 'no reason given'));
    }),
    range: callable((values) => {
      const numbers = values.map(wholeIn);
      if (numbers.length === 0 || numbers.includes(undefined)) throw new Error('range needs whole numbers');
      return list(range(...(numbers as [number])).map(whole));
    }),
    strftime_now: callable(([format]) => text(strftime(now, textIn(format) ?? '%Y-%m-%d'))),
    dict: callable((values) => {
      const { positional, named } = splitArguments(values);
      return dictOf(positional, named);
    }),
  };
  for (const [name, value] of Object.entries(known)) environment.setVariable(name, value);
  for (const [name, value] of variables) environment.setVariable(name, value);
  return environment;
};

/** A template may put a text into its message, which goes into the log. */
const withoutTexts = (message: string): string =>
  runsOf(message)
    .map((run) => (run.shade === undefined ? run.text : '…'))
    .join('')
    .slice(0, 300);

const range = (first: number, second?: number, step = 1): readonly number[] => {
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error('range() step must not be zero');
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > bounds.chatTemplate.listEntriesMax) throw tooMany();
  return Array.from({ length }, (_, index) => from + index * step);
};
