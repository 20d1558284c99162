/** What a human says about themselves, for roleplay. */
export type HumanPersona = {
  /** The name under which they speak; their display name when absent. */
  readonly name?: string;
  /** What the model is told about them. It is a human's text: macros in it are not expanded. */
  readonly description?: string;
  /** A picture, by its address. */
  readonly avatarUrl?: string;
};
