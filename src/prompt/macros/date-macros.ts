/** A moment in a time zone, as people write it in English. */
const format = (at: number, timeZone: string, options: Intl.DateTimeFormatOptions): string =>
  // Newer data puts narrow spaces before AM and PM, which models read less well.
  new Intl.DateTimeFormat('en-US', { timeZone, ...options }).format(at).replaceAll('\u202f', ' ');

/** `3:45 PM` */
export const timeText = (at: number, timeZone: string): string => format(at, timeZone, { hour: 'numeric', minute: '2-digit' });

/** `November 21, 2026` */
export const dateText = (at: number, timeZone: string): string =>
  format(at, timeZone, { year: 'numeric', month: 'long', day: 'numeric' });

/** `Saturday` */
export const weekdayText = (at: number, timeZone: string): string => format(at, timeZone, { weekday: 'long' });

/** `15:45` */
export const isoTimeText = (at: number, timeZone: string): string => dateInPattern(at, timeZone, 'HH:mm');

/** `2026-11-21` */
export const isoDateText = (at: number, timeZone: string): string => dateInPattern(at, timeZone, 'YYYY-MM-DD');

/** The time so many hours from UTC: `+2` gives `5:45 PM`. Undefined where there is no such place. */
export const timeAtOffset = (at: number, offset: string): string | undefined => {
  const hours = Number(offset);
  return Number.isFinite(hours) && Math.abs(hours) <= 14 ? timeText(at + hours * 3_600_000, 'UTC') : undefined;
};

/** The moment in a pattern of YYYY YY MMMM MMM MM M dddd ddd DD D HH H hh h mm m ss s A a; text in [brackets] stays. */
export const dateInPattern = (at: number, timeZone: string, pattern: string): string => {
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      weekday: 'long',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = parts.get('month') ?? '';
  const monthNumber = Number(new Intl.DateTimeFormat('en-US', { timeZone, month: 'numeric' }).format(at));
  const weekday = parts.get('weekday') ?? '';
  const hour = number('hour');
  const half = hour % 12 === 0 ? 12 : hour % 12;
  const year = String(number('year'));
  const values: Readonly<Record<string, string>> = {
    YYYY: year.padStart(4, '0'),
    YY: year.slice(-2),
    MMMM: month,
    MMM: month.slice(0, 3),
    MM: two(monthNumber),
    M: String(monthNumber),
    dddd: weekday,
    ddd: weekday.slice(0, 3),
    DD: two(number('day')),
    D: String(number('day')),
    HH: two(hour),
    H: String(hour),
    hh: two(half),
    h: String(half),
    mm: two(number('minute')),
    m: String(number('minute')),
    ss: two(number('second')),
    s: String(number('second')),
    A: hour < 12 ? 'AM' : 'PM',
    a: hour < 12 ? 'am' : 'pm',
  };
  return pattern.replace(
    /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|hh|h|mm|m|ss|s|A|a/g,
    (token, kept?: string) => kept ?? values[token] ?? token,
  );
};

const units: readonly (readonly [string, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long something was, roughly: `5 minutes`, `1 day`; below a minute `a few seconds`. */
export const durationText = (milliseconds: number): string => {
  for (const [unit, length] of units) {
    const count = Math.round(milliseconds / length);
    if (milliseconds >= length) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'a few seconds';
};
