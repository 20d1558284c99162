import { type ThoughtFamily, thoughtPairs, thoughtTags } from './reasoning.ts';

/** A marker that a model wrote out as text, and what it means. */
export type Marker =
  | { readonly kind: 'open' | 'close'; readonly family: ThoughtFamily; readonly isWord: boolean }
  /** Of gpt-oss's messages: `<|start|>role<|channel|>name<|message|>text<|end|>`. */
  | { readonly kind: 'start' | 'channel' | 'message' | 'end' }
  /** HTML's struck text, or the llama family's ends of a text. */
  | { readonly kind: 'struck' | 'struck-end' }
  /** Around the whole answer behind a thought, as Hunyuan and Granite write it. */
  | { readonly kind: 'wrapper' | 'wrapper-end'; readonly name: string }
  | { readonly kind: 'plain' };

const plain = [
  ...['[INST]', '[/INST]', '<<SYS>>', '<</SYS>>', '[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]'],
  ...['[AVAILABLE_TOOLS]', '[/AVAILABLE_TOOLS]', '[TOOL_CALLS]', '[TOOL_RESULTS]', '[/TOOL_RESULTS]'],
  ...['<start_of_turn>', '<end_of_turn>', '<|turn>', '<turn|>', '<start_of_role>', '<end_of_role>'],
  ...['<bos>', '<eos>', '<unk>', '<pad>', '<eod>', '[BOS]', '[EOS]', '[gMASK]', '<sop>', '[|endofturn|]', '[|assistant|]'],
] as const;

const meanings = new Map<string, Marker>([
  ...plain.map((text): [string, Marker] => [text, { kind: 'plain' }]),
  ...thoughtPairs.flatMap(({ open, close, family }): [string, Marker][] => {
    const isWord = thoughtTags.some((word) => open === `<${word}>`);
    return [
      [open, { kind: 'open', family, isWord }],
      [close, { kind: 'close', family, isWord }],
    ];
  }),
  ['<|start|>', { kind: 'start' }],
  ['<|channel|>', { kind: 'channel' }],
  ['<|message|>', { kind: 'message' }],
  ...['<|end|>', '<|return|>', '<|call|>'].map((text): [string, Marker] => [text, { kind: 'end' }]),
  ['<s>', { kind: 'struck' }],
  ['</s>', { kind: 'struck-end' }],
  ...['answer', 'response'].flatMap((name): [string, Marker][] => [
    [`<${name}>`, { kind: 'wrapper', name }],
    [`</${name}>`, { kind: 'wrapper-end', name }],
  ]),
]);

const words = new RegExp(`^</?(?:${thoughtTags.join('|')})>$`, 'i');

/** What a found marker means; the thought tags in any case. */
export const meaningOf = (text: string): Marker =>
  meanings.get(words.test(text) ? text.toLowerCase() : text) ?? { kind: 'plain' };

/** `<|im_end|>` and its many kin (some models use a wide bar, and a low block as space). */
const barMarker = '<(?<bar>\\||｜)[\\w▁]{1,40}\\k<bar>>';
/** Fillers of vocabularies, which a model without its control tokens' meaning may say. */
const filler = '<(?:unused|extra_id_|reserved_)\\d{1,6}>';
const listed = [...meanings.keys()].map((text) => RegExp.escape(text)).join('|');
const tags = `(?i:</?(?:${thoughtTags.join('|')})>)`;

/** Finds all markers, with `matchAll`. */
export const markerPattern = new RegExp(`${listed}|${tags}|${barMarker}|${filler}`, 'g');

const barBeginning = /^<(?:\||｜)(?:[\w▁]{1,40}(?:\||｜)?)?$/;
const fillerBeginning = /^<(?:unused|extra_id_|reserved_)\d{0,6}$/;
const wordBeginnings = thoughtTags.flatMap((word) => [`<${word}>`, `</${word}>`]);
const others = [...meanings.keys(), '<unused0>', '<extra_id_0>', '<reserved_0>'];
const charactersMax = 48;

/** How many characters at the end of a text may be the beginning of a marker; never above 47. */
export const heldBack = (text: string): number => {
  const end = text.slice(1 - charactersMax);
  for (const { index } of end.matchAll(/[<[◁]/g)) if (mayBegin(end.slice(index))) return end.length - index;
  return 0;
};

const mayBegin = (rest: string): boolean =>
  others.some((whole) => whole.startsWith(rest)) ||
  barBeginning.test(rest) ||
  fillerBeginning.test(rest) ||
  wordBeginnings.some((whole) => whole.startsWith(rest.toLowerCase()));

/** Whether the end of a whole answer is the beginning of a control token's spelling, and so of no use to anybody. */
export const isTornMarker = (rest: string): boolean => /^<(?:\||｜)\w/.test(rest) && barBeginning.test(rest);
