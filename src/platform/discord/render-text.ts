/** Finds the names behind the ids in a text; undefined for what is not known. */
export type Lookup = {
  user(id: string): string | undefined;
  role(id: string): string | undefined;
  channel(id: string): string | undefined;
};

// Code is shown as it is; the rest is markup that people never see in this form.
const markup = new RegExp(
  [
    '(?<code>```[^]*?```|``[^\\n]*?``|`[^`\\n]*`)',
    '<@!?(?<user>\\d{1,20})>',
    '<@&(?<role>\\d{1,20})>',
    '<#(?<channel>\\d{1,20})>',
    '<a?:(?<emoji>\\w{1,64}):\\d{1,20}>',
    '<t:(?<time>-?\\d{1,13})(?::(?<style>[tTdDfFRsS]))?>',
    '</(?<command>[^\\n<>:]{1,100}):\\d{1,20}>',
    '<id:(?<place>customize|browse|guide|home|linked-roles)(?::\\d{1,20})?>',
  ].join('|'),
  'g',
);

/** A message's raw text as people see it: names instead of ids, `:wave:`, `2026-11-21 14:05 UTC`, `/help`. */
export const renderText = (raw: string, lookup: Lookup): string =>
  raw.replaceAll(markup, (whole, ...rest: readonly unknown[]) => {
    const found = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (found.user !== undefined) return `@${lookup.user(found.user) ?? 'unknown-user'}`;
    if (found.role !== undefined) return `@${lookup.role(found.role) ?? 'unknown-role'}`;
    if (found.channel !== undefined) return `#${lookup.channel(found.channel) ?? 'unknown'}`;
    if (found.emoji !== undefined) return `:${found.emoji}:`;
    if (found.time !== undefined) return renderTime(Number(found.time), found.style) ?? whole;
    if (found.command !== undefined) return `/${found.command}`;
    if (found.place !== undefined) return `#${found.place}`;
    return whole;
  });

/** People see this in their own language and zone, which nobody tells; so it is given in one way, with its zone. */
const renderTime = (seconds: number, style: string | undefined): string | undefined => {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const [day = '', time = ''] = date.toISOString().split('T');
  if (style === 'd' || style === 'D') return day;
  const clock = `${time.slice(0, 5)} UTC`;
  return style === 't' || style === 'T' ? clock : `${day} ${clock}`;
};

/** The text without a mention of one of `ids` (users or roles) at its very beginning. */
export const withoutLeadingMention = (raw: string, ids: readonly string[]): string => {
  const [whole, id] = /^\s*<@[!&]?(\d{1,20})>\s*[,:;]?\s*/.exec(raw) ?? [];
  return whole !== undefined && id !== undefined && ids.includes(id) ? raw.slice(whole.length) : raw;
};
