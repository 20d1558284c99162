// The prompts of test/golden, token for token, in a form for reading:
//
//   == one-turn
//   control  1 <s>
//   text     ▁ # # # ▁in struction : <0x0A>
//
// A control token stands on a line of its own with its id. Text tokens are written as the vocabulary
// spells them (▁ is a space, <0x0A> a byte), a new line after each line end. No two tokens are spelt alike.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Engine, TokenisedPrompt } from '../../src/core/engine.ts';
import type { ChatMessage, Prompt } from '../../src/core/prompt.ts';
import { createVocabulary } from '../../src/engine/llama/gguf/vocabulary.ts';
import { type RenderOptions, renderPrompt } from '../../src/prompt/render.ts';
import { templates } from '../unit/prompt/templates.ts';

const golden = new URL('../golden/', import.meta.url);

/** Where a template's tokens are kept. */
export const tokenFile = (templateId: string): URL => new URL(`tokens/${templateId}.txt`, golden);

/** The vocabulary of the generated model with random weights. */
export const { pieces } = createVocabulary(['<|im_start|>', '<|im_end|>']);
assert.equal(new Set(pieces).size, pieces.length);

type Case = { readonly messages: readonly ChatMessage[]; readonly options?: RenderOptions };
const cases: Readonly<Record<string, Case>> = JSON.parse(readFileSync(new URL('conversations.json', golden), 'utf8'));

/** A golden conversation in one template. */
export type TokenCase = {
  readonly templateId: string;
  readonly name: string;
  readonly prompt: Prompt;
  /** The text that was written by hand; the model's own template has none. */
  readonly text: string | undefined;
  readonly tokenised: TokenisedPrompt;
};

/** All of them, with their tokens. */
export const tokenCases = async (engine: Engine): Promise<readonly TokenCase[]> => {
  const all: TokenCase[] = [];
  for (const template of templates.values()) {
    const texts = template.kind === 'native' ? [] : readdirSync(new URL(`${template.id}/`, golden));
    const names = template.kind === 'native' ? Object.keys(cases) : texts.map((file) => file.replace(/\.txt$/, ''));
    for (const name of names.toSorted()) {
      const found = cases[name];
      assert.ok(found, name);
      const prompt = await renderPrompt(template, found.messages, found.options ?? {}, engine.renderChat);
      const [tokenised] = await engine.tokenise([prompt]);
      assert.ok(tokenised);
      const text = template.kind === 'native' ? undefined : readFileSync(new URL(`${template.id}/${name}.txt`, golden), 'utf8');
      all.push({ templateId: template.id, name, prompt, text, tokenised });
    }
  }
  return all;
};

/** What a template's file holds. */
export const listing = (cases: readonly TokenCase[]): string =>
  cases.map(({ name, tokenised }) => `== ${name}\n${tokenLines(tokenised).join('\n')}\n`).join('\n');

const tokenLines = ({ tokens, kinds }: TokenisedPrompt): readonly string[] => {
  const lines: string[] = [];
  let text: string[] = [];
  const flush = (): void => {
    if (text.length > 0) lines.push(`text     ${text.join(' ')}`);
    text = [];
  };
  for (const [index, token] of tokens.entries()) {
    const piece = pieces[token] ?? '?';
    if (kinds[index] === 'control') {
      flush();
      lines.push(`control  ${token} ${piece}`);
    } else {
      text.push(piece);
      if (piece === '<0x0A>') flush();
    }
  }
  flush();
  return lines;
};
