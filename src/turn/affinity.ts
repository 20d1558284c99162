import type { ConversationKey, ConversationSettings } from '../core/conversation.ts';

/**
 * Names what the engine has evaluated of a conversation. In a scene every persona has its own: their
 * prompts begin differently, and would take the same slot from one another with every answer.
 */
export const affinityOf = (conversation: ConversationKey, { scene }: ConversationSettings, personaId: string): string =>
  scene === undefined ? conversation : `${conversation}#${personaId}`;

/** All that the engine may have evaluated of a conversation, for forgetting it. */
export const affinitiesOf = (conversation: ConversationKey, { scene }: ConversationSettings): readonly string[] => {
  const personaIds = scene === undefined ? [] : [...scene.members.map(({ personaId }) => personaId), scene.narratorId];
  const ofScene = personaIds.flatMap((id) => (id === undefined ? [] : [`${conversation}#${id}`]));
  return [...new Set([conversation, summaryAffinity(conversation), ...ofScene])];
};

/** Summaries have a state of their own, so that the conversation's is still there afterwards. */
export const summaryAffinity = (conversation: ConversationKey): string => `summary:${conversation}`;
