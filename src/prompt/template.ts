import type { RenderChatOptions } from '../core/engine.ts';

/** What a placeholder of a template stands for; all of them are text, never control. */
export type Slot = 'system' | 'user' | 'assistant' | 'input' | 'name';

/** A piece of a template's form: markup, one of the model's own tokens, or a slot. */
export type FormPiece =
  | { readonly kind: 'control'; readonly text: string }
  | { readonly kind: 'bos' }
  | { readonly kind: 'eos' }
  | { readonly kind: 'slot'; readonly slot: Slot };

/** One form of a template, parsed: `"### Response:\n{assistant}"`. */
export type Form = readonly FormPiece[];

/** What both kinds of templates have. The keys are explained in docs/templates.md. */
type TemplateBase = {
  /** The file's name without extension. */
  readonly id: string;
  readonly description: string;
  /** True when `template: auto` may choose it. */
  readonly automatic: boolean;
  /** Texts that end an answer, besides the model's end token and the names of those who take part. */
  readonly stop: readonly string[];
  /** Role labels that nobody may type so that they open a turn. */
  readonly labels: readonly string[];
  /** Where a label opens a turn: at a line's start, or anywhere. */
  readonly labelsAt: 'line-start' | 'anywhere';
  /** True when the form demands that user and assistant take turns, the user first. */
  readonly alternating: boolean;
  /** The user text where such a form demands a user turn and nobody said anything. */
  readonly userMissing: string;
  /** True when an answer may be opened with `Name:`. */
  readonly nameOpening: boolean;
};

/** A template whose forms stand in its file. */
export type TextTemplate = TemplateBase & {
  readonly kind: 'text';
  /** The prompt's very beginning. */
  readonly start: Form;
  /** Stands between two parts. */
  readonly join: Form;
  /** Stands between a past answer and the next part, in place of `join`. */
  readonly joinAfterAnswer: Form;
  /** The system prompt as a part of its own. Exactly one of this and `systemInUser` is there. */
  readonly system?: Form;
  /** How the system prompt stands inside the first user turn. */
  readonly systemInUser?: Form;
  /** Used when a conversation brings no system prompt. */
  readonly systemDefault?: string;
  /** True when the system part stays without a system prompt. */
  readonly systemKeptEmpty: boolean;
  /** True when system parts can stand between turns too: notes and lore at a depth. */
  readonly systemAnywhere: boolean;
  readonly user: Form;
  /** How a context stands inside the last user turn. */
  readonly inputInUser?: Form;
  readonly assistant: Form;
  /** What asks for the next answer. */
  readonly open: Form;
};

/** The chat template inside the model's file, rendered by the engine. */
export type NativeTemplate = TemplateBase & {
  readonly kind: 'native';
  /** Which one of several, one of the user's own in its place, and variables for it. */
  readonly chat?: RenderChatOptions;
};

/** How a conversation is written for a model; a file in `config/templates/`. */
export type PromptTemplate = TextTemplate | NativeTemplate;

const slots: ReadonlySet<string> = new Set<Slot>(['system', 'user', 'assistant', 'input', 'name']);
const isSlot = (name: string): name is Slot => slots.has(name);

/**
 * Parses a form. `{system}`, `{user}`, `{assistant}`, `{input}` and `{name}` are slots, `{bos}` and
 * `{eos}` tokens, `{{` and `}}` braces; everything else is control. Problems are sentences.
 */
export const parseForm = (text: string): { readonly form: Form; readonly problems: readonly string[] } => {
  const form: FormPiece[] = [];
  const problems: string[] = [];
  let control = '';
  const flush = (): void => {
    if (control !== '') form.push({ kind: 'control', text: control });
    control = '';
  };
  for (const [piece] of text.matchAll(/\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g)) {
    if (piece === '{{' || piece === '}}') control += piece.charAt(0);
    else if (piece === '{' || piece === '}')
      problems.push(`has a single "${piece}"; write "${piece}${piece}" for the character itself`);
    else if (!piece.startsWith('{')) control += piece;
    else {
      const name = piece.slice(1, -1);
      flush();
      if (name === 'bos' || name === 'eos') form.push({ kind: name });
      else if (isSlot(name)) form.push({ kind: 'slot', slot: name });
      else
        problems.push(
          `has the unknown placeholder "${piece}"; there are {system} {user} {assistant} {input} {name} {bos} {eos}, and "{{" for a brace`,
        );
    }
  }
  flush();
  return { form, problems };
};
