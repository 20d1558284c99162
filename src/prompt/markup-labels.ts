import type { Prompt } from '../core/prompt.ts';
import { createLabelGuard } from './labels.ts';

/** What looks like a role's label at the end of markup: `<|user|>`, `[INST]`, `USER:`, `### Response:`. */
const label = /(?:<[^<>\n]{1,40}>|\[[^[\]\n]{1,40}\]|[#\p{L}][\p{L}\p{N}#_-]*(?: [\p{L}\p{N}#_-]+){0,2}:)\s*$/u;

/** Most labels that are looked for; a template has a handful. */
const labelsMax = 16;

/**
 * Breaks the labels of a chat template whose file says nothing about them: what its markup ends with
 * where a text or the answer begins. Where they are ordinary text to the model, typing one would open a turn.
 */
export const guardMarkupLabels = (prompt: Prompt): Prompt => {
  const found = new Set<string>();
  for (const [index, segment] of prompt.entries()) {
    if (segment.kind !== 'control' || (index < prompt.length - 1 && prompt[index + 1]?.kind !== 'text')) continue;
    const match = label.exec(segment.text)?.[0].trim();
    if (match !== undefined && found.size < labelsMax) found.add(match);
  }
  if (found.size === 0) return prompt;
  const guard = createLabelGuard([...found], 'anywhere');
  return prompt.map((segment) => (segment.kind === 'text' ? { kind: 'text', text: guard(segment.text) } : segment));
};
