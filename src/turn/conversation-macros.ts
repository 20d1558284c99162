import type { ConversationKey, ConversationSettings } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { Place } from '../core/settings.ts';
import type { MacroValues, MacroVariables } from '../prompt/index.ts';
import type { ScenePart } from './scene-part.ts';

/** What is kept of `{{setglobalvar}}`, for a server or a conversation outside of servers. */
export interface VariableStore {
  of(place: {
    readonly conversation: ConversationKey;
    readonly serverId?: string | undefined;
  }): Promise<MacroVariables['global']>;
  set(
    place: { readonly conversation: ConversationKey; readonly serverId?: string | undefined },
    changes: MacroVariables['global'],
  ): Promise<void>;
}

/** What macros need besides names and what was said. */
export type MacroServices = {
  readonly memory: Pick<Memory, 'settings' | 'configure'>;
  readonly place?: Place;
  /** [global variables last for one prompt] */
  readonly globalVariables?: VariableStore;
  /** An IANA name. [the machine's] */
  readonly timeZone?: string;
  /** In milliseconds since 1970; 0 up to 1. */
  now(): number;
  random(): number;
};

/** What macros stand for in a conversation in whatever text, apart from names and what was said. */
export const conversationMacros = async (
  services: MacroServices,
  conversation: ConversationKey,
  settings: ConversationSettings,
  { group, groupNotMuted }: Pick<ScenePart, 'group' | 'groupNotMuted'>,
): Promise<Omit<MacroValues, 'char' | 'user'>> => ({
  now: services.now(),
  timeZone: services.timeZone ?? machineZone,
  random: services.random,
  pickSeed: settings.pickSeed ?? conversation,
  group,
  groupNotMuted,
  variables: {
    local: settings.variables ?? {},
    global: (await services.globalVariables?.of({ conversation, serverId: services.place?.serverId })) ?? {},
  },
});

/** Remembers what macros have set. */
export const keepVariables = async (
  { memory, globalVariables, place }: MacroServices,
  conversation: ConversationKey,
  { local, global }: MacroVariables,
): Promise<void> => {
  if (Object.keys(local).length > 0) {
    const { variables = {} } = await memory.settings(conversation);
    await memory.configure(conversation, { variables: { ...variables, ...local } });
  }
  if (Object.keys(global).length > 0) await globalVariables?.set({ conversation, serverId: place?.serverId }, global);
};

/** A third of a millisecond, so only where a text tells the time. */
const machineZone = (): string => new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
