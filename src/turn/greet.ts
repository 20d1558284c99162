import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { ReplyPort } from '../core/message.ts';
import type { Persona } from '../core/persona.ts';
import type { ReplySettings } from '../core/settings.ts';
import { cleanName } from '../prompt/index.ts';
import { expandMacros } from '../prompt/macros.ts';

/** How a conversation is begun. */
export type GreetOptions = {
  /** The human, where there is one alone. [you] */
  readonly userName?: string;
  /** Whether it is one of several: greetings for groups join in, and it appears under a name of its own. */
  readonly isInScene?: boolean;
  /** Whether others may have greeted before. [nothing may have been said] */
  readonly isFurther?: boolean;
  /** In which form it appears. [the platform's own way] */
  readonly reply?: ReplySettings;
};

/**
 * Begins a conversation with a persona's greeting, and remembers it as an answer to nobody, whose
 * alternatives are the other greetings. Undefined, and nothing happens, when there is none, or
 * something was said already. Rejects with what memory and port throw; the port is always ended.
 */
export const openConversation = async (
  { memory, now }: { readonly memory: Memory; readonly now: () => number },
  conversation: ConversationKey,
  persona: Persona,
  port: ReplyPort,
  { userName = 'you', isInScene = false, isFurther = false, reply }: GreetOptions = {},
): Promise<Turn | undefined> => {
  try {
    const [text, ...otherTexts] = greetingsOf(persona, userName, isInScene);
    if (text === undefined || (!isFurther && (await memory.count(conversation)) > 0)) return undefined;
    const speaker = { id: `persona:${persona.id}`, name: persona.name };
    port.begin(isInScene ? { ...speaker, look: { name: persona.name } } : speaker, reply);
    const messageIds = await port.finish(text, { index: 0, count: 1 + otherTexts.length });
    const turn = { role: 'assistant', speaker, text, otherTexts, at: now(), messageIds } as const;
    const opened = await memory.appendIf(conversation, turn, isFurther ? 'not-empty' : 'empty');
    // Somebody was faster.
    if (!opened) await port.withdraw?.();
    return opened?.turn;
  } finally {
    port.end();
  }
};

/** What a persona can begin with, its macros expanded. */
const greetingsOf = (
  { name, nickname = name, greeting = '', alternateGreetings = [], groupOnlyGreetings = [] }: Persona,
  userName: string,
  isInScene: boolean,
): readonly string[] => {
  const values = { char: cleanName(nickname), user: cleanName(userName, 'you') };
  const texts = [greeting, ...alternateGreetings, ...(isInScene ? groupOnlyGreetings : [])]
    .map((text) => expandMacros(text, values).trim())
    .filter((text) => text !== '');
  return [...new Set(texts)];
};
