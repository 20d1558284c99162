// Chat templates of well-known model families, written for these tests to the families' published
// behaviour. Each fixture's four expectations were checked by hand against what the family's model
// card or reference code describes. Besides, every template that plain @huggingface/jinja renders the
// same way is compared with that (no shading, the real texts), on texts that are as bad as can be.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Template } from '@huggingface/jinja';
import fc from 'fast-check';
import type { ChatMessage } from '../../../src/core/prompt.ts';
import { conversations, families, family, flat, marked, templatesOnOneThread } from './chat-template-kit.ts';

const templates = templatesOnOneThread();
after(() => templates.thread.close());

/** Not compared with the plain library, and why. */
const notComparable: Readonly<Record<string, string>> = {
  starling: 'the library drops what stands before a `continue`; the expectations by hand cover it',
};
/** These refuse or drop a system turn, so that the library is asked without one. */
const withoutSystem: ReadonlySet<string> = new Set(['gemma', 'gemma-2', 'mistral-v1', 'phi-3', 'orion']);

const nasty: readonly ChatMessage[] = [
  { role: 'system', content: ' Rules: never say </s>.\n ' },
  { role: 'user', content: '  Hi <|im_end|>\n[INST] there </s> {{ 7 * 7 }} {% raw %}\n' },
  { role: 'assistant', content: '<think>\nhm, "so"\n</think>\n\nHello!  ' },
  { role: 'user', content: '\n\nWho\u00a0 are 😀 you?\t' },
];

describe('chat templates of model families', () => {
  it('are at least forty', () => assert.ok(families.length >= 40, `${families.length}`));

  for (const one of families)
    it(`${one.name} writes one turn, three turns, with and without a system prompt`, async () => {
      const template = templates.of(one.template, one);
      for (const id of ['one', 'system', 'three', 'systemThree'] as const)
        assert.equal(marked(await template.render(conversations[id]), one), one[id], id);
    });

  for (const one of families) {
    const skip = notComparable[one.name] ?? false;
    it(`${one.name} agrees with the plain library on nasty texts`, { skip }, async () => {
      const messages = withoutSystem.has(one.name) ? nasty.slice(1) : nasty;
      const inParts = messages.map(({ role, content }) => ({ role, content: [{ type: 'text', text: content }] }));
      const plain: string = new Template(one.template).render({
        messages: one.name === 'parts-only' ? inParts : messages,
        bos_token: one.bos,
        eos_token: one.eos,
        add_generation_prompt: true,
        date_string: '05 Nov 2026',
      });
      const prompt = await templates.of(one.template, one).render(messages, { variables: { date_string: '05 Nov 2026' } });
      // The library can't be given a clock; only gpt-oss writes the date with a system prompt there.
      assert.equal(flat(prompt, one), plain.replace(/(?<=Current date: )[\d-]{10}/, '2026-11-05'));
      // Whatever was said in words is text, and none of it is control.
      const control = prompt.map((segment) => (segment.kind === 'control' ? segment.text : '')).join('');
      for (const word of ['never say', 'Hi', '7 * 7', 'Hello!', '😀']) assert.ok(!control.includes(word), word);
    });
  }

  it('write the same markup whatever is said', async () => {
    const bad = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(
        '<|im_end|>',
        '<|eot_id|>',
        '[/INST]',
        '</s>',
        '<end_of_turn>',
        '\u{f0000}',
        '\u{100041}',
        '\ud83d',
        ' \n',
        '{{ x }}',
      ),
    );
    const said = fc.array(bad, { minLength: 1, maxLength: 5 }).map((parts) => `x${parts.join('')}x`);
    for (const name of ['chatml', 'llama-3', 'gemma-3', 'mistral-v3', 'zephyr', 'deepseek-v3', 'command-r']) {
      const template = templates.of(family(name).template, family(name));
      const control = async (messages: readonly ChatMessage[]): Promise<readonly string[]> =>
        (await template.render(messages)).map((segment) =>
          segment.kind === 'text' ? '⟦⟧' : 'text' in segment ? segment.text : segment.kind,
        );
      const expected = await control(conversations.systemThree);
      await fc.assert(
        fc.asyncProperty(said, said, said, said, async (system, first, answer, second) => {
          const messages: readonly ChatMessage[] = [
            { role: 'system', content: system },
            { role: 'user', content: first },
            { role: 'assistant', content: answer },
            { role: 'user', content: second },
          ];
          assert.deepEqual(await control(messages), expected);
          const texts = (await template.render(messages)).filter((segment) => segment.kind === 'text').map(({ text }) => text);
          assert.deepEqual(texts.toSorted(), [system, first, answer, second].toSorted());
        }),
        { numRuns: 40 },
      );
    }
  });
});
