import { type Prompt, promptText } from '../core/prompt.ts';

/**
 * How reasoning models mark their thoughts. A thought is closed by a marker of its own family;
 * `tag` holds several because small models mix them up.
 */
export type ThoughtFamily = 'tag' | 'bracket' | 'triangle' | 'bar' | 'bar-words' | 'channel' | 'harmony';

type Pair = { readonly open: string; readonly close: string; readonly family: ThoughtFamily };

/** Words that are tags around thoughts; ordinary text may also mention them. */
export const thoughtTags = ['think', 'thinking', 'thought', 'reasoning'] as const;

/** All but gpt-oss's form, whose messages have headers and are read by the scanner. */
export const thoughtPairs: readonly Pair[] = [
  ...thoughtTags.map((word): Pair => ({ open: `<${word}>`, close: `</${word}>`, family: 'tag' })), // DeepSeek, Qwen, GLM, EXAONE and most others
  { open: '<seed:think>', close: '</seed:think>', family: 'tag' }, // Seed-OSS
  { open: '[THINK]', close: '[/THINK]', family: 'bracket' }, // Magistral, Ministral
  { open: '◁think▷', close: '◁/think▷', family: 'triangle' }, // Kimi
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>', family: 'bar' }, // Command A
  { open: '<|begin_of_thought|>', close: '<|end_of_thought|>', family: 'bar-words' }, // OpenThinker, Sky-T1
  { open: '<|channel>', close: '<channel|>', family: 'channel' }, // Gemma 4; the channel's name follows, on the same line
];

const opening = new RegExp(
  `(?:${thoughtPairs.map(({ open }) => RegExp.escape(open)).join('|')}|<\\|channel>thought|<\\|channel\\|>analysis<\\|message\\|>)\\s*$`,
  'i',
);

/**
 * Whether a prompt's own end has opened a thought, as the chat templates of some reasoning models
 * do: then the answer begins within it. Only the template's text counts, not what people wrote.
 */
export const endsInThought = (prompt: Prompt): boolean => {
  const last = prompt.findLastIndex((segment) => segment.kind !== 'text' || segment.text.trim() !== '');
  return prompt[last]?.kind === 'control' && opening.test(promptText(prompt.slice(last)).slice(-200));
};
