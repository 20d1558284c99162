import type { CommandCall } from '../core/command.ts';

/** What a button, menu or form calls, and for whom it is. */
export type BoundCall = CommandCall & {
  /** Id of the one user who may use it besides moderators, without prefix; everybody where absent. */
  readonly askerId?: string;
  /** The option that a menu's choice fills. */
  readonly option?: string;
};

/** Discord's limit. */
const charactersMax = 100;
/** Other versions are refused rather than misread. */
const version = '1';

/**
 * A call as the id of a component, so that the bot need not remember it and it works after a restart:
 * `1~persona use~k3jx9…~name=robin`. Nothing in it is trusted when it comes back.
 * @throws when it is longer than Discord allows: a mistake of the command that made it.
 */
export const encodeCall = ({ call, values = {}, askerId, option }: BoundCall): string => {
  const asker = askerId === undefined ? '' : /^\d+$/.test(askerId) ? BigInt(askerId).toString(36) : `_${escaped(askerId)}`;
  const parts = [version, escaped(call), asker, option === undefined ? '' : escaped(option)];
  for (const [name, value] of Object.entries(values)) parts.push(`${escaped(name)}=${escaped(value)}`);
  const id = parts.join('~');
  if (id.length > charactersMax) throw new Error(`the button or form for /${call} has too long values: ${id.length} characters`);
  return id;
};

/** The call in an id; undefined when it is none of this version. */
export const decodeCall = (id: string): BoundCall | undefined => {
  const [idVersion, call = '', asker = '', option = '', ...pairs] = id.split('~');
  if (idVersion !== version || call === '' || !/^(?:[0-9a-z]{0,16}|_.+)$/.test(asker)) return undefined;
  const values: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) return undefined;
    values[unescaped(pair.slice(0, at))] = unescaped(pair.slice(at + 1));
  }
  const askerId = asker === '' ? undefined : asker.startsWith('_') ? unescaped(asker.slice(1)) : fromBase36(asker);
  return {
    call: unescaped(call),
    values,
    ...(askerId === undefined ? {} : { askerId }),
    ...(option === '' ? {} : { option: unescaped(option) }),
  };
};

const escaped = (text: string): string => text.replace(/[%~=]/g, (sign) => ({ '%': '%p', '~': '%t' })[sign] ?? '%e');
const unescaped = (text: string): string =>
  text.replace(/%([pte])/g, (_whole, sign) => ({ p: '%', t: '~', e: '=' })[String(sign)] ?? '');

const fromBase36 = (digits: string): string =>
  [...digits].reduce((value, digit) => value * 36n + BigInt(Number.parseInt(digit, 36)), 0n).toString();
