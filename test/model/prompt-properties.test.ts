// What holds for every prompt, whoever typed what: on the real tokenizer, for all templates.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Turn } from '../../src/core/conversation.ts';
import type { TokenisedPrompt } from '../../src/core/engine.ts';
import type { Persona } from '../../src/core/persona.ts';
import { type ChatMessage, type Prompt, promptText } from '../../src/core/prompt.ts';
import { type ComposedPrompt, composePrompt } from '../../src/prompt/compose.ts';
import { cutMark } from '../../src/prompt/cut.ts';
import { renderPrompt } from '../../src/prompt/render.ts';
import type { PromptTemplate } from '../../src/prompt/template.ts';
import { randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';
import { templates } from '../unit/prompt/templates.ts';
import { bytesOf, labelRuns } from './label-runs.ts';

const folder = temporaryFolder();
const engine = testEngine(randomModel(folder.path), { slots: 1 });
before(() => engine.start());
after(async () => {
  await engine.close();
  folder.remove();
});

const all = [...templates.values()];
const labels = [...new Set(all.flatMap((template) => [...template.labels, ...template.stop]))];

const anyCase = fc.func(fc.boolean());
/** A role label as somebody would type it who wants to get through. */
const forgedLabel = fc
  .record({
    label: fc.constantFrom(...labels),
    isUpper: anyCase,
    gap: fc.constantFrom('', ' ', '  ', '\u00a0', '\t'),
    before: fc.constantFrom(
      ...['', '\n', '\r\n', '\n \u200b', '\u2028', '\n\ufeff', '\n\t', ' ', 'x ', '\u3164'],
      ...['\n\u2800', '\n\u3164', '\n\ufe0f', '\n\0', '\n\b', '\u001c', '\u001d', '\u001e', '\u0085'],
    ),
  })
  .map(({ label, isUpper, gap, before }) => {
    const letters = [...label.replace(' ', gap)].map((letter, index) =>
      isUpper(index) ? letter.toUpperCase() : letter.toLowerCase(),
    );
    return before + letters.join('');
  });
const snippet = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(...labels),
  forgedLabel,
  fc.constantFrom('<s>', '</s>', '<unk>', '<0x0A>', '<|im_start|>', '<|im_end|>', '▁', '\n', '\n\n', ' ', '\r', '\0', '\ud83e'),
  fc.constantFrom(
    'Ada: ',
    '\nQuill:',
    '{user}',
    '{{user}}',
    '{{char}}',
    '{% raw %}',
    '\ue000',
    '🦘',
    'é',
    '日本',
    'hello',
    'What is a quokka?',
  ),
);
const text = fc.array(snippet, { maxLength: 8 }).map((parts) => parts.join(''));
const name = fc.oneof(fc.constantFrom('Ada', 'Bo', 'Quill', 'ada'), text);
const template = fc.constantFrom(...all);
const persona = fc.record({ name, systemPrompt: text, description: fc.option(text, { nil: undefined }) }).map(
  ({ name, systemPrompt, description }): Persona => ({
    id: 'quill',
    name,
    summary: '',
    systemPrompt,
    ...(description !== undefined && { description }),
  }),
);

const turns = fc.array(fc.record({ isHuman: fc.boolean(), who: fc.nat(2), name, text }), { maxLength: 12 }).map((list) =>
  list.map(({ isHuman, who, name, text }, index): Turn => {
    const speaker = isHuman ? { id: `test:${who}`, name } : { id: who === 0 ? 'persona:quill' : `persona:${who}`, name };
    const role = isHuman ? 'user' : 'assistant';
    return { id: turnId(index), role, speaker, alternatives: [text], shown: 0, at: index, messageIds: [] };
  }),
);
const turnId = (index: number): string => String(index).padStart(8, '0');

const tokenise = async (prompt: Prompt): Promise<TokenisedPrompt> => {
  const [tokenised] = await engine.tokenise([prompt]);
  assert.ok(tokenised);
  return tokenised;
};
const controlsOf = ({ tokens, kinds }: TokenisedPrompt): readonly number[] =>
  tokens.filter((_, index) => kinds[index] === 'control');

/** No text brings a control token: there are those of the template's own markup, and no others. */
const assertNoControl = async (prompt: Prompt): Promise<void> => {
  const texts = prompt.filter((segment) => segment.kind === 'text');
  const [whole, markup, ...each] = await engine.tokenise([
    prompt,
    prompt.filter((segment) => segment.kind !== 'text'),
    ...texts.map((segment) => [segment]),
  ]);
  assert.ok(whole && markup);
  assert.deepEqual(controlsOf(whole), controlsOf(markup));
  for (const one of each) assert.deepEqual(controlsOf(one), [1], 'nothing but the leading BOS');
};

const spaces = /[\t\p{Zs}]+/gu;
const lineEnds = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/u;
const unseen = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/u;

/** How many turns the labels of a template open in a prompt, as a reader would see it who is not particular about case and white space. */
const openings = (template: PromptTemplate, prompt: Prompt): number => {
  const wanted = template.labels.map((label) => label.replace(spaces, '').toLowerCase());
  const seen = promptText(prompt).toLowerCase();
  if (template.labelsAt === 'line-start')
    return seen
      .split(lineEnds)
      .map((line) => line.replace(unseen, '').replace(spaces, ''))
      .filter((line) => wanted.some((label) => line.startsWith(label))).length;
  const flat = seen.replace(spaces, ' ');
  return wanted.reduce((count, label) => {
    const pattern = RegExp.escape(label);
    return count + [...flat.matchAll(new RegExp(/^\w/.test(label) ? `(?<![\\p{L}\\p{N}_])${pattern}` : pattern, 'gu'))].length;
  }, 0);
};
/** The same prompt in which nobody says anything but one harmless letter. */
const harmless = (prompt: Prompt): Prompt =>
  prompt.map((segment) => (segment.kind === 'text' ? { kind: 'text', text: 'x' } : segment));

/** Tokens back to text. The space that the tokenizer puts before each stretch of text stays. */
const decode = (tokenised: TokenisedPrompt): string => Buffer.from(bytesOf(tokenised).join(''), 'latin1').toString();

const knownRuns = new Map<PromptTemplate, Promise<readonly string[]>>();
/** How often a prompt has each of the runs. */
const runCounts = async (template: PromptTemplate, prompt: Prompt): Promise<Readonly<Record<string, number>>> => {
  const runs = knownRuns.get(template) ?? labelRuns(template, engine);
  knownRuns.set(template, runs);
  const tokens = `,${(await tokenise(prompt)).tokens.join(',')},`;
  // Looked at from the front, so that a run's last token may be the next one's first.
  const count = (run: string): number => [...tokens.matchAll(new RegExp(`,(?=${run},)`, 'g'))].length;
  return Object.fromEntries((await runs).map((run) => [run, count(run)]));
};

/** What people say adds no run of tokens that opens a turn, and no label that a reader would take for one. */
const assertNoTurn = async (template: PromptTemplate, prompt: Prompt): Promise<void> => {
  if (template.kind === 'native') return;
  const nothingSaid = harmless(prompt);
  assert.deepEqual(await runCounts(template, prompt), await runCounts(template, nothingSaid), template.id);
  assert.equal(openings(template, prompt), openings(template, nothingSaid));
};

/** What a text is like when neither the mark that breaks labels nor the spelling of spaces counts. */
const plain = (text: string): string => text.toWellFormed().replace(/\r\n?/g, '\n').replaceAll('\u200b', '').replaceAll('▁', ' ');

describe('a typed label, in every template', () => {
  it('has other tokens than one of the template’s own, wherever in a line it stands', async () => {
    for (const template of all)
      for (const label of template.labels)
        for (const before of ['', ' ', 'x ', 'x\n', 'x\n ', 'x\n\n', 'x:'])
          for (const system of ['', `${before}${label}`]) {
            const said = `${before}${label}\nx`;
            const messages: readonly ChatMessage[] = [
              { role: 'system', content: system },
              { role: 'user', content: said },
              { role: 'assistant', content: said },
              { role: 'user', content: said },
            ];
            await assertNoTurn(template, await renderPrompt(template, messages, { input: said, open: said }, engine.renderChat));
          }
  });
});

describe('any messages, in any template', () => {
  const message = fc.record({
    role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
    name: fc.option(name, { nil: undefined }),
    content: text,
  });
  const messages = fc
    .array(message, { maxLength: 8 })
    .map((list) => list.map(({ role, name, content }): ChatMessage => ({ role, content, ...(name !== undefined && { name }) })));
  const options = fc.record(
    { name, open: text, input: text, names: fc.constantFrom('auto' as const, 'always' as const, 'never' as const) },
    { requiredKeys: [] },
  );

  it('are rendered without an error, without a typed control token, and without a typed label that opens a turn', async () => {
    await fc.assert(
      fc.asyncProperty(template, messages, options, async (template, messages, options) => {
        const prompt = await renderPrompt(template, messages, options, engine.renderChat);
        await assertNoControl(prompt);
        await assertNoTurn(template, prompt);
      }),
      { numRuns: 400 },
    );
  });
});

describe('any conversation with any persona, in any template', () => {
  const isTooLong = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'prompt-too-long';

  it('fits the context in real tokens, and loses nothing of a question that fits', async () => {
    let [cut, dropped, refused] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        template,
        persona,
        turns,
        fc.record({ text, name, times: fc.constantFrom(1, 1, 1, 400) }),
        fc.integer({ min: 300, max: 1200 }),
        fc.integer({ min: 1, max: 700 }),
        async (template, persona, turns, asked, contextTokens, outputTokensMax) => {
          const question = `BEGIN${asked.text.repeat(asked.times)}END`;
          const last: Turn = {
            id: turnId(turns.length),
            role: 'user',
            speaker: { id: 'test:0', name: asked.name },
            alternatives: [question],
            shown: 0,
            at: 0,
            messageIds: [],
          };
          const input = { persona, turns: [...turns, last], template, contextTokens, outputTokensMax, questionId: last.id };
          let composed: ComposedPrompt;
          try {
            composed = await composePrompt(input, engine);
          } catch (error) {
            // Only where the persona leaves no room.
            assert.ok(isTooLong(error), String(error));
            refused += 1;
            return;
          }
          const { prompt } = composed;
          const tokenised = await tokenise(prompt);
          assert.equal(tokenised.tokens.length, composed.promptTokens);
          assert.ok(composed.promptTokens + composed.outputTokensMax <= contextTokens);
          assert.ok(composed.outputTokensMax >= Math.min(outputTokensMax, Math.floor(contextTokens / 2)));
          await assertNoControl(prompt);
          await assertNoTurn(template, prompt);
          const read = plain(decode(tokenised));
          const { questionCharacters } = composed.dropped;
          if (questionCharacters === 0) assert.ok(read.includes(plain(question)), 'all of the question');
          else {
            assert.ok(read.includes(cutMark));
            const kept = question.replace(/\r\n?/g, '\n').length - questionCharacters;
            if (kept >= 10) assert.ok(read.includes('BEGIN') && read.includes('END'), 'both ends of the question');
            cut += 1;
          }
          dropped += Number(composed.dropped.turns > 0);
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(cut > 20 && dropped > 20 && refused < 150, `${cut} cut, ${dropped} with turns dropped, ${refused} refused`);
  });
});
