// The tokens that a template's own labels have where it writes them.
import assert from 'node:assert/strict';
import type { Engine, TokenisedPrompt } from '../../src/core/engine.ts';
import type { ChatMessage } from '../../src/core/prompt.ts';
import { renderPrompt } from '../../src/prompt/render.ts';
import type { PromptTemplate } from '../../src/prompt/template.ts';
import { pieces } from './token-golden.ts';

/** What each token stands for, in characters of one byte each; nothing for control tokens. */
export const bytesOf = ({ tokens, kinds }: TokenisedPrompt): readonly string[] =>
  tokens.map((token, index) => {
    if (kinds[index] === 'control') return '';
    const piece = pieces[token] ?? '';
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    return byte === undefined
      ? Buffer.from(piece.replaceAll('▁', ' ')).toString('latin1')
      : String.fromCharCode(Number.parseInt(byte, 16));
  });

/**
 * The runs of tokens with which a template's labels open turns: each label with the token before it, which
 * is a line end, or a space, be it the template's or the tokenizer's own (at the prompt's beginning, and behind a
 * control token). Read off prompts in which nobody says anything but one harmless letter.
 */
export const labelRuns = async (template: PromptTemplate, engine: Engine): Promise<readonly string[]> => {
  const said: readonly ChatMessage[] = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'x' },
    { role: 'user', content: 'x' },
  ];
  const runs = new Set<string>();
  for (const system of ['', 'x'])
    for (const input of [undefined, 'x']) {
      const prompt = await renderPrompt(
        template,
        [{ role: 'system', content: system }, ...said],
        input === undefined ? {} : { input },
        engine.renderChat,
      );
      const [tokenised] = await engine.tokenise([prompt]);
      assert.ok(tokenised);
      const bytes = bytesOf(tokenised);
      const seen = bytes.join('');
      for (const label of template.labels)
        for (let at = seen.indexOf(label); at >= 0; at = seen.indexOf(label, at + 1)) {
          const first = tokenAt(bytes, at - 1);
          assert.match(seen.charAt(at - 1), /[ \n]/, `${template.id}: what stands before ${label}`);
          runs.add(tokenised.tokens.slice(first, tokenAt(bytes, at + label.length - 1) + 1).join(','));
        }
    }
  return [...runs];
};
/** The token that a character belongs to. */
const tokenAt = (bytes: readonly string[], at: number): number => {
  let end = 0;
  return bytes.findIndex((text) => {
    end += text.length;
    return at < end;
  });
};
