import type { ConversationKey, ConversationSettings } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { Memory } from '../core/memory.ts';
import type { Scene } from '../core/scene.ts';

/**
 * Names what the engine has evaluated of a conversation. In a scene every member has its own: their
 * prompts begin differently, and would take the same slot from one another with every answer.
 */
export const affinityOf = (conversation: ConversationKey, { scene }: ConversationSettings, personaId: string): string =>
  idsIn(scene).includes(personaId) ? `${conversation}#${personaId}` : conversation;

/** All that the engine may have evaluated of a conversation, for forgetting it. */
export const affinitiesOf = (conversation: ConversationKey, { scene }: ConversationSettings): readonly string[] => [
  conversation,
  summaryAffinity(conversation),
  ...new Set(idsIn(scene).map((id) => `${conversation}#${id}`)),
];

const idsIn = (scene: Scene | undefined): readonly string[] =>
  scene === undefined
    ? []
    : [...scene.members.map(({ personaId }) => personaId), ...(scene.narratorId === undefined ? [] : [scene.narratorId])];

/** Lets the engine forget all it has evaluated of a conversation. */
export const forgetEvaluated =
  ({ memory, engine }: { readonly memory: Pick<Memory, 'settings'>; readonly engine: Pick<Engine, 'forget'> }) =>
  async (conversation: ConversationKey): Promise<void> => {
    for (const affinity of affinitiesOf(conversation, await memory.settings(conversation))) await engine.forget(affinity);
  };

/** Summaries have a state of their own, so that the conversation's is still there afterwards. */
export const summaryAffinity = (conversation: ConversationKey): string => `summary:${conversation}`;
