import { bounds } from '../core/bounds.ts';
import { inEnglish } from '../core/sentence.ts';
import { type Explanation, previewOf } from '../turn/explain.ts';

/** What stands above an explanation. */
export type ExplanationHead = {
  readonly model: string;
  readonly template: string;
  /** Where the template comes from and why it was chosen, in words. */
  readonly templateOrigin: string;
  /** The persona's name, where there is one. */
  readonly persona?: string;
  /** Turns of the conversation that are no parts, because they are too many. */
  readonly turnsLeftOut: number;
};

/** Characters of a part's text that are shown. */
const previewCharactersMax = 60;

/** An explanation as a listing for a terminal or a file. */
export const explanationText = (explanation: Explanation, head: ExplanationHead): string => {
  const { parts, otherTokens, promptTokens } = explanation;
  const rows = parts.map(({ tokens, state, source, text }) => row(tokens, state, previewOf(source, 40), quoted(text)));
  const lines = [
    `Model       ${previewOf(head.model, 80)}`,
    `Template    ${previewOf(head.template, 80)}: ${head.templateOrigin}`,
    ...(head.persona === undefined ? [] : [`Persona     ${previewOf(head.persona, 80)}`]),
    `Context     ${contextText(explanation)}`,
    `Beginning   ${beginningText(explanation)}`,
    `Stops       ${explanation.stopStrings.length === 0 ? 'none but the end token' : explanation.stopStrings.map((stop) => JSON.stringify(stop)).join('  ')}`,
    '',
    row('tokens', 'state', 'source', 'text'),
    ...rows,
    row(otherTokens, 'kept', 'markup, names, borders', ''),
    row(promptTokens, '', 'the whole prompt', ''),
    '',
    ...leftOut(head.turnsLeftOut),
    ...reasons(explanation),
    'A part is counted by itself. Where texts meet, tokens can fall otherwise, by one or two a part; the line "markup, names, borders" holds the difference.',
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
};

const row = (tokens: number | string | undefined, state: string, source: string, text: string): string =>
  `${String(tokens ?? '-').padStart(8)}  ${state.padEnd(7)}  ${source.padEnd(24)}  ${text}`;

const quoted = (text: string): string => {
  const preview = previewOf(text, previewCharactersMax);
  return preview.endsWith('…') ? `${preview} (${text.length} characters)` : preview;
};

const contextText = ({ contextTokens, promptTokens, outputTokensMax }: Explanation): string => {
  const free = contextTokens - promptTokens - outputTokensMax;
  const rest = free >= 0 ? `${free} unused` : `${-free} too many`;
  return `${contextTokens} tokens: ${promptTokens} of the prompt, ${outputTokensMax} kept free for the answer, ${rest}`;
};

const beginningText = ({ commonTokens, promptTokens }: Explanation): string =>
  commonTokens === undefined
    ? 'nothing was answered before'
    : `the first ${commonTokens} of ${promptTokens} tokens are the same as for the answer before`;

const leftOut = (turns: number): readonly string[] =>
  turns === 0
    ? []
    : [
        `The oldest ${turns === 1 ? 'turn is' : `${turns} turns are`} not listed: there are more than a prompt is made from (historyTurnsMax, at most ${bounds.prompt.turnsMax}), and what is too much goes in a block.`,
      ];

/** Every reason once, with how many parts it befell. */
const reasons = ({ parts }: Explanation): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { reason, state } of parts) {
    const told = reason && `${state}: ${inEnglish(reason)}`;
    if (told !== undefined) counts.set(told, (counts.get(told) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${count} ${count === 1 ? 'part' : 'parts'} ${reason}.`);
};
