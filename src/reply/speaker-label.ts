import { createCodeTracker } from './code-tracker.ts';

export type SpeakerFilterOptions = {
  /** The name of who answers: an answer that begins with `Name:` loses that. */
  readonly name?: string;
  /** What else it is called, such as a nickname. */
  readonly alsoNamed?: readonly string[];
  /** The names of all others who take part: a line that one of them opens, in upper or lower case, ends the answer. */
  readonly otherNames?: readonly string[];
};

/** Keeps an answer to one speaker. */
export interface SpeakerFilter {
  /** Takes more of the answer; gives what is surely part of it. The beginning has no white space in front. */
  push(text: string): string;
  /** What was held back. */
  end(): string;
  /** What follows is the beginning of an answer again. Call after `end`. */
  restart(): void;
  /** Somebody else's line was reached; nothing follows. */
  readonly isOver: boolean;
  /** Characters held back; bounded by the longest name. */
  readonly held: number;
}

type Judgement =
  | { readonly is: 'text' | 'undecided' | 'other' }
  /** Its own label; `rest` is what follows on the line. */
  | { readonly is: 'own'; readonly rest: string };

/** Characters of emphasis, brackets and blanks that a label may have besides its name. */
const decorationMax = 8;
const decoration = /^[\s*_[\]~\u200b]+|[\s*_[\]~\u200b]+$/g;

/** A name or label without emphasis, brackets, and the invisible space that breaks role labels in prompts. */
const bare = (label: string): string => label.replace(/\u200b/g, '').replace(decoration, '');

/** The same for all ways to write it in upper and lower case, of which models are careless. */
const folded = (label: string): string => bare(label).toLowerCase();

/** Looks at the beginning of each line outside code blocks; only that is ever held back. */
export const createSpeakerFilter = (options: SpeakerFilterOptions): SpeakerFilter => {
  const namesOf = (names: readonly string[]): readonly string[] => names.map(folded).filter((name) => name !== '');
  const own = new Set(namesOf([options.name ?? '', ...(options.alsoNamed ?? [])]));
  const others = new Set(namesOf(options.otherNames ?? []).filter((other) => !own.has(other)));
  const labelMax = Math.max(0, ...[...own, ...others].map((label) => label.length)) + decorationMax;
  const code = createCodeTracker();
  let held = '';
  let isLineStart = true;
  let isLeading = true; // nothing visible yet
  let isOwnTaken = own.size === 0;
  let isOver = false;

  const judge = (line: string, isWhole: boolean): Judgement => {
    const head = line.slice(0, labelMax + 1);
    const colon = head.search(/[:：]/);
    const isOwnPossible = isLeading && !isOwnTaken;
    if (colon >= 0) {
      const label = folded(head.slice(0, colon));
      if (isOwnPossible && own.has(label)) return ownLabel(line, colon, isWhole);
      return { is: others.has(label) ? 'other' : 'text' };
    }
    if (isWhole || head.length > labelMax) return { is: 'text' };
    const beginning = folded(head);
    for (const label of isOwnPossible ? [...own, ...others] : others) if (label.startsWith(beginning)) return { is: 'undecided' };
    return { is: 'text' };
  };

  const take = (text: string): string => {
    code.push(text);
    if (text.trim() !== '') isLeading = false;
    return text;
  };

  const run = (isEnd: boolean): string => {
    let passed = '';
    while (held !== '') {
      if (isLeading) held = held.trimStart();
      const lineEnd = held.indexOf('\n');
      const isWhole = lineEnd >= 0 || isEnd;
      const line = lineEnd < 0 ? held : held.slice(0, lineEnd);
      if (isLineStart && own.size + others.size > 0 && !code.isFenced) {
        const judgement = judge(line, isWhole);
        if (judgement.is === 'undecided') break;
        if (judgement.is === 'other') {
          isOver = true;
          held = '';
          break;
        }
        if (judgement.is === 'own') {
          isOwnTaken = true;
          held = judgement.rest + held.slice(line.length);
          continue; // what follows may be somebody else's label
        }
      }
      const end = lineEnd < 0 ? held.length : lineEnd + 1;
      passed += take(held.slice(0, end));
      isLineStart = lineEnd >= 0;
      held = held.slice(end);
    }
    return passed;
  };

  return {
    push: (text) => {
      if (isOver) return '';
      held += text;
      return run(false);
    },
    end: () => (isOver ? '' : run(true)),
    restart: () => {
      isLineStart = true;
      isLeading = true;
      isOwnTaken = own.size === 0;
    },
    get isOver() {
      return isOver;
    },
    get held() {
      return held.length;
    },
  };
};

/** Takes a speaker's own label off its line, together with the emphasis around it. */
const ownLabel = (line: string, colon: number, isWhole: boolean): Judgement => {
  const rest = line.slice(colon + 1);
  const [emphasis = ''] = /^[*_]{0,3}/.exec(line) ?? [];
  if (emphasis === '' || line.slice(0, colon).trimEnd().endsWith(emphasis.slice(-1))) return { is: 'own', rest };
  if (rest.startsWith(emphasis)) return { is: 'own', rest: rest.slice(emphasis.length) };
  if (!isWhole && emphasis.startsWith(rest)) return { is: 'undecided' };
  return { is: 'own', rest: emphasis + rest.trimStart() }; // the emphasis goes on behind the label
};
