/**
 * A piece of a prompt. `text` comes from humans, personas and models and is always tokenised as
 * plain text. `control` is a marker of the template and may become control tokens. `bos` and
 * `eos` stand for the loaded model's own tokens, whatever their spelling.
 */
export type PromptSegment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'control'; readonly text: string }
  | { readonly kind: 'bos' }
  | { readonly kind: 'eos' };

/** A whole prompt, in order. */
export type Prompt = readonly PromptSegment[];

/** One message of a conversation as templates see it. */
export type ChatMessage = {
  readonly role: 'system' | 'user' | 'assistant';
  /** Who speaks, where several humans or personas share the role. */
  readonly name?: string;
  readonly content: string;
};

/**
 * The prompt as text, as a person reads it. `bos` and `eos` are spelt as given; the
 * defaults are the llama family's.
 */
export const promptText = (
  prompt: Prompt,
  spelling: { readonly bos: string; readonly eos: string } = { bos: '<s>', eos: '</s>' },
): string =>
  prompt.map((segment) => (segment.kind === 'bos' || segment.kind === 'eos' ? spelling[segment.kind] : segment.text)).join('');

/** Adjacent segments of the same kind joined, empty ones dropped: the form in which prompts are compared. */
export const joinSegments = (prompt: Prompt): Prompt => {
  const joined: PromptSegment[] = [];
  for (const segment of prompt) {
    const last = joined.at(-1);
    if (segment.kind === 'bos' || segment.kind === 'eos') joined.push(segment);
    else if (segment.text === '') continue;
    else if (last?.kind === segment.kind) joined[joined.length - 1] = { kind: segment.kind, text: last.text + segment.text };
    else joined.push(segment);
  }
  return joined;
};
