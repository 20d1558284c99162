import type { ConversationSettings } from '../core/conversation.ts';
import type { Place, ReplySettings } from '../core/settings.ts';

/**
 * Whether personas speak in a conversation under names of their own, where the platform can: in scenes, to be told apart, and where the
 * setting `reply.voice` wants it. That concerns servers only: alone with one persona, everybody knows who speaks.
 */
export const speaksAsItself = (
  { scene }: Pick<ConversationSettings, 'scene'>,
  { voice }: Pick<ReplySettings, 'voice'>,
  place: Place | undefined,
): boolean => scene !== undefined || (voice === 'persona' && place?.serverId !== undefined);
