/** A character or helper that answers; a file in `personas/`. */
export type Persona = {
  /** `^[a-z0-9][a-z0-9_-]{0,63}$`, the file's name without extension. */
  readonly id: string;
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** The system prompt's own instruction; replaces the default one. */
  readonly systemPrompt?: string;
  readonly description?: string;
  readonly personality?: string;
  readonly scenario?: string;
  /** What it says when a conversation begins. */
  readonly greeting?: string;
  /** Example dialogue in which `{{user}}:` and `{{char}}:` open the lines; `<START>` separates examples. */
  readonly exampleDialogue?: string;
};
