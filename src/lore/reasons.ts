import type { SecondaryLogic } from '../core/lorebook.ts';
import type { FoundAt } from './findings.ts';

/** A key that was found, and where. */
export type FoundKey = { readonly key: string; readonly at: FoundAt };

/** Why an entry is active. */
export type ActivationCause =
  | { readonly kind: 'constant' }
  | { readonly kind: 'decorator'; readonly decorator: '@@activate' | '@@keep_activate_after_match' }
  | { readonly kind: 'sticky'; readonly messagesLeft: number }
  | { readonly kind: 'keys'; readonly keys: readonly FoundKey[]; readonly secondaryKeys: readonly FoundKey[] };

/** Why an entry is not active. */
export type SkipReason =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'no-keys' }
  | { readonly kind: 'not-found' }
  | {
      readonly kind: 'secondary';
      readonly logic: SecondaryLogic;
      readonly found: readonly string[];
      readonly missing: readonly string[];
    }
  | { readonly kind: 'additional-keys' }
  | { readonly kind: 'excluded-key'; readonly key: string }
  | { readonly kind: 'trigger' }
  | { readonly kind: 'character' }
  | { readonly kind: 'decorator'; readonly decorator: string }
  | { readonly kind: 'delay'; readonly messagesLeft: number }
  | { readonly kind: 'cooldown'; readonly messagesLeft: number }
  | { readonly kind: 'waits-for-recursion'; readonly level: number }
  | { readonly kind: 'probability'; readonly percent: number }
  | {
      readonly kind: 'group';
      readonly group: string;
      readonly by: 'sticky' | 'score' | 'override' | 'draw' | 'active';
      readonly winner: string;
    }
  | { readonly kind: 'budget' }
  | { readonly kind: 'book-budget' }
  | { readonly kind: 'scan-ended' };

/** A cause in words: `the key "moon" in the newest message`. */
export const causeText = (cause: ActivationCause): string => {
  switch (cause.kind) {
    case 'constant':
      return 'it is always active';
    case 'decorator':
      return `its text says ${cause.decorator}`;
    case 'sticky':
      return `it was active before and stays so (${messages(cause.messagesLeft)} more)`;
    case 'keys': {
      const also = cause.secondaryKeys.length === 0 ? '' : `, and ${cause.secondaryKeys.map(foundText).join(', ')}`;
      return cause.keys.map(foundText).join(', ') + also;
    }
    default:
      return cause satisfies never;
  }
};

/** A reason in words. */
export const reasonText = (reason: SkipReason): string => {
  switch (reason.kind) {
    case 'disabled':
      return 'it is switched off';
    case 'no-keys':
      return 'it has no key that can be found';
    case 'not-found':
      return 'none of its keys was found';
    case 'secondary':
      return `a key was found, but ${secondaryText(reason)}`;
    case 'additional-keys':
      return 'none of its additional keys was found';
    case 'excluded-key':
      return `the key "${reason.key}" was found, which excludes it`;
    case 'trigger':
      return 'it is not for this kind of answer';
    case 'character':
      return 'it is not for this character';
    case 'decorator':
      return `its text says ${reason.decorator}`;
    case 'delay':
      return `it waits for ${messages(reason.messagesLeft)} more in the conversation`;
    case 'cooldown':
      return `it rests for ${messages(reason.messagesLeft)} more`;
    case 'waits-for-recursion':
      return `it waits until the texts of other entries are searched (level ${reason.level})`;
    case 'probability':
      return `its chance of ${reason.percent} % did not come up`;
    case 'group':
      return `"${reason.winner}" came first in the group "${reason.group}" (${groupText[reason.by]})`;
    case 'budget':
      return 'the token budget was used up';
    case 'book-budget':
      return 'the token budget of its book was used up';
    case 'scan-ended':
      return 'the search had ended before it';
    default:
      return reason satisfies never;
  }
};

const groupText = {
  sticky: 'it stays active',
  score: 'more of its keys were found',
  override: 'it goes before others',
  draw: 'by lot',
  active: 'it was active already',
} as const;

const messages = (count: number): string => (count === 1 ? '1 message' : `${count} messages`);

const foundText = ({ key, at }: FoundKey): string => `"${key}" in ${placeText(at)}`;

const placeText = (at: FoundAt): string => {
  switch (at.in) {
    case 'message':
      return ['the newest message', 'the message before the newest'][at.back] ?? `the message ${at.back} before the newest`;
    case 'messages':
      return at.newest === 1 ? 'the newest message' : `the newest ${at.newest} messages`;
    case 'entry':
      return `the text of "${at.entry}"`;
    case 'source':
      return `the ${at.source.replace('-', '’s ')}`;
    default:
      return at satisfies never;
  }
};

const secondaryText = ({ logic, found, missing }: Extract<SkipReason, { readonly kind: 'secondary' }>): string => {
  const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');
  switch (logic) {
    case 'and-any':
      return `none of ${quoted(missing)}`;
    case 'and-all':
      return `not ${quoted(missing)}`;
    case 'not-any':
      return `so was ${quoted(found)}`;
    case 'not-all':
      return `so were all of ${quoted(found)}`;
    default:
      return logic satisfies never;
  }
};
