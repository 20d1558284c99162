import { bounds } from '../../core/bounds.ts';
import { cleanName } from '../../prompt/names.ts';

/** Somebody as Discord knows them. */
export type Person = {
  /** Discord's id, without a prefix. */
  readonly id: string;
  /** The name as shown: the server's nickname, else the global name, else the account's. */
  readonly shownName: string;
  /** The account's name, of which there is only one. */
  readonly accountName: string;
};

/** Gives people the names under which the model knows them. */
export interface Names {
  /** A clean name that nobody else who was seen in this channel has. */
  nameOf(channelId: string, person: Person): string;
}

/** What a name would have to be to pass for a part of the prompt. */
const roleLabels = new Set(
  [
    'system',
    'assistant',
    'user',
    'human',
    'bot',
    'ai',
    'model',
    'instruction',
    'instructions',
    'input',
    'response',
    'output',
    'prompt',
  ].concat([...['inst', 'sys', 'tool', 'developer', 'function', 'start', 'me', 'you', 'char', 'narrator']]),
);

/** A name in the form in which people take two for the same. */
const folded = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{M}\p{Cf}]+/gu, '');

const charactersAs = (name: string): string => folded(name).replace(/[^\p{L}]+/gu, '');

/** `name` without what could be read as markup of a prompt, cut so that `reserve` characters can be added. */
const plain = (name: string, fallback: string, reserve: number): string => {
  const stripped = name
    .normalize('NFC')
    .replace(/[<>|`#*\\{}]+/g, ' ')
    .replace(/[\u115f\u1160\u2800\u3164\uffa0]/g, ' ') // letters and signs that look like nothing
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/\s+/g, ' ');
  const cleaned = cleanName(stripped, fallback);
  return cleanName(
    [...cleaned]
      .slice(0, bounds.nameCharactersMax - reserve)
      .join('')
      .trim(),
    fallback,
  );
};

/** Names are told apart by whom was seen first; what is kept is bounded. */
export const createNames = (): Names => {
  const { namedChannelsMax, namedPeopleMax, namedPeopleTotalMax } = bounds.discord;
  const channels = new Map<string, Map<string, string>>(); // channel → folded name → id of its bearer
  let people = 0;

  const bearersIn = (channelId: string): Map<string, string> => {
    const bearers = channels.get(channelId) ?? new Map<string, string>();
    channels.delete(channelId);
    channels.set(channelId, bearers);
    for (const [oldest, { size }] of channels) {
      if (oldest === channelId || (channels.size <= namedChannelsMax && people < namedPeopleTotalMax)) break;
      channels.delete(oldest);
      people -= size;
    }
    return bearers;
  };

  return {
    nameOf: (channelId, { id, shownName, accountName }) => {
      const bearers = bearersIn(channelId);
      const isFree = (name: string): boolean => (bearers.get(folded(name)) ?? id) === id;
      const take = (name: string): string => {
        const before = bearers.size;
        bearers.delete(folded(name));
        bearers.set(folded(name), id);
        const [oldest] = bearers.keys();
        if (bearers.size > namedPeopleMax && oldest !== undefined) bearers.delete(oldest);
        people += bearers.size - before;
        return name;
      };
      const fallback = `Someone ${id.slice(-4)}`;
      const name = plain(shownName, fallback, 0);
      if (isFree(name) && !roleLabels.has(charactersAs(name))) return take(name);
      const account = plain(accountName, fallback, 0).slice(0, 32);
      const additions = [...(folded(account) === folded(name) ? [] : [account]), id.slice(-4), id];
      for (const addition of additions) {
        const candidate = `${plain(shownName, fallback, addition.length + 3)} (${addition})`;
        if (isFree(candidate)) return take(candidate);
      }
      return take(`Someone ${id}`);
    },
  };
};
