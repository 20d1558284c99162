/** Who has set something, each with all that the former may: who moderates a channel, manages the server, owns it, or runs the bot. */
export const setters = ['moderator', 'manager', 'server-owner', 'owner'] as const;
export type Setter = (typeof setters)[number];

/** What somebody allows at most. */
export type Limit = { readonly by: Setter; readonly value: unknown };

/** Limits of one place by the names of settings. Of each the last one counts; those before are from higher up, and can't be undone by it. */
export type Limits = Readonly<Record<string, readonly Limit[]>>;

/** How much a value allows. */
type Allowance = (value: unknown) => number;

const answersAllowed: Allowance = (value) => (typeof value === 'number' && value > 0 ? value : Number.POSITIVE_INFINITY);

/**
 * The settings that limit what people may do. Nearer to where somebody writes, and by people of less rank, they can be made stricter,
 * but not lifted.
 */
const allowances: Readonly<Record<string, Allowance>> = {
  'quota.perUserPerHour': answersAllowed,
  'quota.perServerPerHour': answersAllowed,
  adultPersonas: (value) => ['never', 'age-restricted', 'everywhere'].indexOf(String(value)),
  personaChoice: (value) => ['moderators', 'everyone'].indexOf(String(value)),
};

export const limitNames: readonly string[] = Object.keys(allowances);
export const isLimit = (name: string): boolean => Object.hasOwn(allowances, name);

const rankOf = ({ by }: Limit): number => setters.indexOf(by);

/** Limits with one more: it takes the place of those by the same rank and lower ones, and leaves those from higher up. */
export const withLimit = <Each extends Limit>(limits: readonly Each[], next: Each): readonly Each[] => [
  ...limits.filter((limit) => rankOf(limit) > rankOf(next)),
  next,
];

/** Those that somebody can't lift. */
export const above = <Each extends Limit>(limits: readonly Each[], by: Setter): readonly Each[] =>
  limits.filter((limit) => rankOf(limit) > setters.indexOf(by));

/** The limit that counts, the last of several that are alike; undefined where there are none. */
export const strictest = <Each extends Limit>(name: string, limits: readonly Each[]): Each | undefined => {
  const allowed = allowances[name];
  if (allowed === undefined) return limits.at(-1);
  const least = Math.min(...limits.map(({ value }) => allowed(value)));
  return limits.findLast(({ value }) => allowed(value) === least);
};

/** Whether one value allows more than another. */
export const isLooser = (name: string, value: unknown, than: unknown): boolean => {
  const allowed = allowances[name];
  return allowed !== undefined && allowed(value) > allowed(than);
};
