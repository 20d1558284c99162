import type { AuthorsNote } from './conversation.ts';
import type { JsonObject } from './json.ts';

/** A character or helper that answers; a file in `personas/`, or a card that was imported. */
export type Persona = {
  /** `^[a-z0-9][a-z0-9_-]{0,63}$`, the file's name without extension. */
  readonly id: string;
  readonly name: string;
  /** What the prompt calls it, `{{char}}` too, in place of the name. */
  readonly nickname?: string;
  /** One line for lists. */
  readonly summary: string;
  /** The system prompt's own instruction; replaces the default one, which `{{original}}` in it stands for. */
  readonly systemPrompt?: string;
  readonly description?: string;
  readonly personality?: string;
  readonly scenario?: string;
  /** What it says when a conversation begins. */
  readonly greeting?: string;
  /** Other greetings: the swipes of `greeting`. */
  readonly alternateGreetings?: readonly string[];
  /** Greetings for scenes with several personas only. */
  readonly groupOnlyGreetings?: readonly string[];
  /** Example dialogue in which `{{user}}:` and `{{char}}:` open the lines; `<START>` separates examples. */
  readonly exampleDialogue?: string;
  /** Stands after the history. There is no default one, so `{{original}}` in it stands for nothing. */
  readonly postHistoryInstructions?: string;
  /** A text that stands `depth` messages before the end of the history; 0 is after the last one. */
  readonly depthPrompt?: {
    readonly text: string;
    /** [4] */
    readonly depth: number;
    /** [system] */
    readonly role: 'system' | 'user' | 'assistant';
  };
  /** A note of its own, as people write them for a conversation. */
  readonly note?: PersonaNote;
  /** How likely it speaks in a scene without being named, from 0 to 1. [0.5] */
  readonly talkativeness?: number;
  /** For people who choose or edit a persona: never in a prompt, like the three below. */
  readonly creatorNotes?: string;
  readonly creator?: string;
  readonly version?: string;
  readonly tags?: readonly string[];
  /** The lorebook of its own, as the card holds it (`character_book`), bounded and without `__proto__`. */
  readonly characterBook?: JsonObject;
  /** The name of a lorebook that belongs to it but is kept elsewhere. */
  readonly worldName?: string;
  /** Where its picture comes from; `readAvatar` of persona/avatar.ts gives the bytes. */
  readonly avatar?: PersonaAvatar;
};

/** A persona's note: in place of the conversation's, or right before or after it, at its place. Alone it stands at its own. */
export type PersonaNote = AuthorsNote & { readonly mode: 'replace' | 'before' | 'after' };

/** `path` is absolute. A `picture` is the file itself; a `card` has it inside. */
export type PersonaAvatar = { readonly kind: 'picture' | 'card'; readonly path: string };
