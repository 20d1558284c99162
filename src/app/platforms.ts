import type { KnownServer } from '../commands/services.ts';
import type { AnswerSurface } from '../core/answer-surface.ts';
import type { ConversationKey } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';

/** A platform that is served, as the rest of the bot needs it. */
export type ServedPlatform = {
  /** Answers that stand in its chats. */
  readonly answers: AnswerSurface;
  /** The servers it is in. [none] */
  servers?(): Promise<readonly KnownServer[]>;
  /** Leaves a server; false when it is not in it. */
  leave?(serverId: string): Promise<boolean>;
  /** The conversation that a speaker has alone with the bot; undefined for those of other platforms. */
  aloneWith?(speakerId: string): Promise<ConversationKey | undefined>;
};

/** The platforms that are served, as one. */
export type Platforms = {
  /** @param name as in the keys of its conversations: `discord` */
  attach(name: string, platform: ServedPlatform): void;
  readonly surface: AnswerSurface;
  servers(): Promise<readonly KnownServer[]>;
  leave(serverId: string): Promise<boolean>;
  aloneWith(speakerId: string): Promise<ConversationKey | undefined>;
};

/** A conversation's key begins with its platform's name, and by that goes to its platform. */
export const createPlatforms = (): Platforms => {
  const platforms = new Map<string, ServedPlatform>();
  const surfaceOf = (conversation: ConversationKey): AnswerSurface => {
    const platform = platforms.get(conversation.slice(0, conversation.indexOf(':')));
    if (platform) return platform.answers;
    throw new PaddockError('not-allowed', `nothing can be shown in ${conversation} but as the answer to a message`, {
      userText: sentence('notPossibleHere'),
    });
  };
  return {
    attach: (name, platform) => void platforms.set(name, platform),
    surface: {
      portFor: (conversation, turn, options) => surfaceOf(conversation).portFor(conversation, turn, options),
      portOn: (conversation, messageId, options) => surfaceOf(conversation).portOn(conversation, messageId, options),
      show: async (conversation, turn, text, options) => surfaceOf(conversation).show(conversation, turn, text, options),
      remove: async (conversation, messageIds) => surfaceOf(conversation).remove(conversation, messageIds),
      openThread: async (conversation, messageId, name) => surfaceOf(conversation).openThread(conversation, messageId, name),
    },
    servers: async () => (await Promise.all([...platforms.values()].map((platform) => platform.servers?.() ?? []))).flat(),
    leave: async (serverId) => {
      for (const platform of platforms.values()) if (await platform.leave?.(serverId)) return true;
      return false;
    },
    aloneWith: async (speakerId) => {
      for (const platform of platforms.values()) {
        const found = await platform.aloneWith?.(speakerId);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
};
