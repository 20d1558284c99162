import type { ConversationKey, Turn } from './conversation.ts';
import type { AnswerPosition, ReplyPort, SpeakerLook } from './message.ts';
import type { Place, ReplySettings } from './settings.ts';

/** How an answer that stands in a chat already is shown again. */
export type SurfaceOptions = {
  readonly place?: Place;
  /** In which form; `begin` of the port goes before it. [the platform's own way] */
  readonly reply?: ReplySettings;
  /** How its speaker appears, as it was given to `begin` when the answer was made. */
  readonly look?: SpeakerLook;
  /** Speaker id of who may use its buttons besides moderators. Without it, the buttons stay as they are. */
  readonly askerId?: string;
  /**
   * Which of the answer's texts it will be, and how many there will be then, unless `finish` says so. [a text
   * that it has is that one, one that goes on where the shown one ends is the shown one, and any other is added]
   */
  readonly position?: AnswerPosition;
};

/** Where answers that were given stand, so that what people see can be made what memory holds. */
export interface AnswerSurface {
  /**
   * A port whose answer takes the place of a turn's messages: they are edited, more are put behind the
   * last one, those left over are removed. To be ended as any port.
   */
  portFor(conversation: ConversationKey, turn: Turn, options?: SurfaceOptions): ReplyPort;
  /**
   * A port for a new answer to a message that was answered already, or to none that asked; without a message it
   * replies to nothing. To be ended as any port.
   */
  portOn(conversation: ConversationKey, messageId: string | undefined, options?: SurfaceOptions): ReplyPort;
  /** Shows a text, which is not empty, as that turn. Resolves and rejects as `ReplyPort.finish` does. */
  show(conversation: ConversationKey, turn: Turn, text: string, options?: SurfaceOptions): Promise<readonly string[]>;
  /** Takes messages away where the platform can; what can't be removed is passed over. */
  remove(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  /** Opens a thread on a message and gives its conversation. Undefined where the platform or the place has none. */
  openThread(conversation: ConversationKey, messageId: string, name: string): Promise<ConversationKey | undefined>;
}
