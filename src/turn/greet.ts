import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { ReplyPort } from '../core/message.ts';
import type { Persona } from '../core/persona.ts';
import type { ReplySettings } from '../core/settings.ts';
import { cleanName, createMacroExpander, expandQuotedFields, type MacroVariables } from '../prompt/index.ts';
import { conversationMacros, keepVariables, type MacroServices } from './conversation-macros.ts';
import type { PrepareServices } from './prepare.ts';
import { scenePart } from './scene-part.ts';

/** How a conversation is begun. */
export type GreetOptions = {
  /** The human who begins it: as the platform knows them, and their id, by which they are called what they call themselves. [you] */
  readonly userName?: string;
  readonly userId?: string;
  /** Whether it is one of several: greetings for groups join in. */
  readonly isInScene?: boolean;
  /** Whether it appears under a name of its own; see own-name.ts. [`isInScene`] */
  readonly isNamed?: boolean;
  /** Whether others may have greeted before. [nothing may have been said] */
  readonly isFurther?: boolean;
  /** In which form it appears. [the platform's own way] */
  readonly reply?: ReplySettings;
};

/** What beginning a conversation needs. */
export type GreetServices = Omit<GreetingServices, 'memory'> & {
  readonly memory: GreetingServices['memory'] & Pick<Memory, 'count' | 'appendIf'>;
};
type GreetingServices = MacroServices & Pick<PrepareServices, 'human' | 'personaById'>;

/**
 * Begins a conversation with a persona's greeting, and remembers it as an answer to nobody, whose
 * alternatives are the other greetings; what macros in the shown one set is remembered with it. Undefined, and nothing happens, when there is none, or
 * something was said already. Rejects with what memory and port throw; the port is always ended.
 */
export const openConversation = async (
  services: GreetServices,
  conversation: ConversationKey,
  persona: Persona,
  port: ReplyPort,
  { isInScene = false, isNamed = isInScene, isFurther = false, reply, ...who }: GreetOptions = {},
): Promise<Turn | undefined> => {
  const { memory, now } = services;
  try {
    if (!isFurther && (await memory.count(conversation)) > 0) return undefined;
    const [first, ...others] = await greetingsOf(services, conversation, persona, { ...who, isInScene });
    if (first === undefined) return undefined;
    const { text } = first;
    const otherTexts = others.map((other) => other.text);
    const speaker = { id: `persona:${persona.id}`, name: persona.name };
    port.begin(isNamed ? { ...speaker, look: { name: persona.name } } : speaker, reply);
    const messageIds = await port.finish(text, { index: 0, count: 1 + otherTexts.length });
    const turn = { role: 'assistant', speaker, text, otherTexts, at: now(), messageIds } as const;
    const opened = await memory.appendIf(conversation, turn, isFurther ? 'not-empty' : 'empty');
    // Somebody was faster.
    if (!opened) await port.withdraw?.();
    else await keepVariables(services, conversation, first.variables);
    return opened?.turn;
  } finally {
    port.end();
  }
};

/** What a persona would begin with, to be shown and not remembered. Undefined where it has no greeting. */
export const firstGreeting = async (
  services: GreetingServices,
  conversation: ConversationKey,
  persona: Persona,
  who: Pick<GreetOptions, 'userName' | 'userId'>,
): Promise<string | undefined> => (await greetingsOf(services, conversation, persona, { ...who, isInScene: false }))[0]?.text;

type Greeting = { readonly text: string; readonly variables: MacroVariables };

/** What a persona can begin with, its macros expanded, with what those of each set. */
const greetingsOf = async (
  services: GreetingServices,
  conversation: ConversationKey,
  persona: Persona,
  { userName = 'you', userId, isInScene }: Pick<GreetOptions, 'userName' | 'userId' | 'isInScene'>,
): Promise<readonly Greeting[]> => {
  const { greeting = '', alternateGreetings = [], groupOnlyGreetings = [], nickname = persona.name } = persona;
  const settings = await services.memory.settings(conversation);
  const human = userId === undefined ? undefined : await services.human?.(userId);
  const expander = createMacroExpander({
    ...(await conversationMacros(services, conversation, settings, scenePart(settings.scene, persona, services.personaById))),
    char: cleanName(nickname),
    user: cleanName(human?.name?.trim() || userName, 'you'),
    persona: human?.description ?? '',
    lastMessage: '',
    lastUserMessage: '',
    lastCharMessage: '',
    outlets: new Map(),
  });
  const scenario = settings.scene?.scenario ?? settings.scenario ?? persona.scenario ?? '';
  const fields = expandQuotedFields({ ...persona, scenario }, expander.fork());
  const found = new Map<string, Greeting>();
  for (const source of [greeting, ...alternateGreetings, ...(isInScene ? groupOnlyGreetings : [])]) {
    // Only the shown one counts: what the others set is theirs.
    const own = expander.with(fields).fork();
    const text = own.expand(source).trim();
    if (text !== '' && !found.has(text)) found.set(text, { text, variables: own.changes() });
  }
  return [...found.values()];
};
