/**
 * What a layout's text can name. `message` and the history's `line` know `speaker` and `text`, the
 * other forms all the rest: the persona's fields, the conversation's note, what was said before,
 * the message replied to, and the question.
 */
export type LayoutSlot =
  | 'name'
  | 'system'
  | 'description'
  | 'personality'
  | 'scenario'
  | 'greeting'
  | 'examples'
  | 'note'
  | 'history'
  | 'replied'
  | 'question'
  | 'speaker'
  | 'text';

/** A piece of a layout's form. An `optional` one is left out as a whole when one of its slots is empty. */
export type LayoutPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slot'; readonly slot: LayoutSlot }
  | { readonly kind: 'optional'; readonly pieces: LayoutForm };

/** A layout's text, parsed: `"[Your name is {name}.]\n{history}"`. */
export type LayoutForm = readonly LayoutPiece[];

/**
 * Puts persona, history and question into one single instruction, in place of a system prompt and
 * turns. The template still writes the markup around it. Presets bring layouts; docs/presets.md explains them.
 */
export type PromptLayout = {
  /** How the question, and the message replied to, are written. */
  readonly message: LayoutForm;
  /** What was said before, oldest first; without it nothing of it stands in the prompt. */
  readonly history?: {
    readonly turnsMax: number;
    /** Most tokens of all lines together; the oldest lines give way. */
    readonly tokensMax: number;
    readonly line: LayoutForm;
    /** Stands for the history when there is none. */
    readonly none: string;
  };
  /** The instruction: the template's user message. */
  readonly instruction: LayoutForm;
  /** The same for a question that replies to a message; without it, `instruction` serves. */
  readonly instructionToReply?: LayoutForm;
  /** What the template writes as the instruction's input. */
  readonly input?: LayoutForm;
  /** Whether the answer is opened with the persona's name and a colon. */
  readonly opensWithName: boolean;
};
