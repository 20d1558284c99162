// How chat templates are given what they refuse, and how hostile ones end.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatMessage } from '../../../src/core/prompt.ts';
import { createChatTemplates } from '../../../src/engine/llama/child/chat-template.ts';
import type { RenderRequest } from '../../../src/engine/llama/child/chat-template-worker.ts';
import { createTemplateThread, type TemplateThread } from '../../../src/engine/llama/child/template-thread.ts';
import { conversations, family, marked, now } from './chat-template-kit.ts';
import { failsWith, render, said, templates } from './chat-template-parts.ts';

/** Counts what the thread is asked. */
const counted = (thread: TemplateThread) => {
  const requests: RenderRequest[] = [];
  const counting: TemplateThread = {
    render: (request) => {
      requests.push(request);
      return thread.render(request);
    },
    close: async () => {},
  };
  return { requests, thread: counting };
};

const templatesOf = (template: string, thread: TemplateThread) =>
  createChatTemplates({ templates: new Map([['default', template]]), bosText: '<s>', eosText: '</s>', now, thread });

describe('what a template refuses', () => {
  it('is asked for once: the form that it takes is remembered', async () => {
    const { requests, thread } = counted(templates.thread);
    const gemma = templatesOf(family('gemma').template, thread);
    await gemma.render(conversations.system);
    assert.equal(requests.length, 2);
    await gemma.render(conversations.systemThree);
    await gemma.render(conversations.one);
    assert.equal(requests.length, 4);
  });

  it('two turns of a role in a row are merged, the system prompt stands in the first user turn', async () => {
    const messages: readonly ChatMessage[] = [{ role: 'system', content: 'Rules.' }, ...said('One'), ...said('Two')];
    const mistral = templates.of(family('mistral-v1').template);
    assert.equal(marked(await mistral.render(messages)), '<s>[INST] ⟦Rules.\n\nOne\nTwo⟧ [/INST]');
    const llama = templates.of(family('llama-2').template);
    assert.equal(marked(await llama.render(messages)), '<s>[INST] <<SYS>>\n⟦Rules.⟧\n<</SYS>>\n\n⟦One\nTwo⟧ [/INST]');
    const chatml = templates.of(family('chatml').template);
    assert.match(marked(await chatml.render(messages)), /user\n⟦One⟧<\|im_end\|>\n<\|im_start\|>user\n⟦Two⟧/);
  });

  it('a system prompt without any turn becomes a user turn', async () => {
    const gemma = templates.of(family('gemma').template);
    assert.match(marked(await gemma.render([{ role: 'system', content: 'Rules.' }])), /user\n⟦Rules.⟧<end_of_turn>/);
  });

  it('a text that it does not allow is broken up, so that the chat goes on', async () => {
    const bad = 'I said <|channel|>final<|message|> once.';
    const messages: readonly ChatMessage[] = [...said('Hi'), { role: 'assistant', content: bad }, ...said('Oh')];
    const text = marked(await templates.of(family('gpt-oss').template).render(messages));
    assert.match(text, /⟦I said <\u200b\|channel\|>final<\|message\|> once.⟧/);
  });

  it('what it refuses in every form is a sentence with its reason', () =>
    failsWith("{{ raise_exception('Never.') }}", /failed: Never\.; set `template` to one of config\/templates/));

  it('what it leaves out in every form is one, too', () => failsWith('hello', /leaves out what was said/));

  it('a template that can not be read is one, at once', async () => {
    const { requests, thread } = counted(templates.thread);
    await assert.rejects(templatesOf('{% if x %}', thread).render(said('Hi')), { code: 'template-failed' });
    assert.equal(requests.length, 1);
  });
});

describe('a hostile template', () => {
  const nest = '{% set n = namespace(s=[1]) %}{% for i in range(40) %}{% set n.s = [n.s, n.s] %}{% endfor %}';
  const hostile: Readonly<Record<string, string>> = {
    'a huge range': '{% for i in range(200000000) %}x{% endfor %}',
    'an endless loop': '{% for i in range(99999) %}{% for j in range(99999) %}{% set x = 1 %}{% endfor %}{% endfor %}',
    'a doubled string':
      '{% set n = namespace(s="xxxx") %}{% for i in range(40) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s | upper }}',
    'a doubled list':
      '{% set n = namespace(s=[1, 2]) %}{% for i in range(40) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s | length }}',
    'a nested list as JSON': `${nest}{{ n.s | tojson }}`,
    'a nested list as text': `${nest}{% macro m(x) %}{{ x }}{% endmacro %}{{ m(n.s) }}`,
    'a nested list in a string': `${nest}{{ 'a' + n.s }}`,
    'a nested list compared': `${nest}{{ n.s == n.s }}`,
    'a macro without end': '{% macro m(x) %}{{ m(x + 1) }}{% endmacro %}{{ m(0) }}',
    'a memory hog': '{% set n = namespace(s=[]) %}{% for i in range(99999) %}{% set n.s = [n.s, range(1000)] %}{% endfor %}',
    'a long output': '{% for i in range(99999) %}{{ "01234567890123456789" }}{% endfor %}',
    'a growing replacement':
      '{% set n = namespace(s="xx") %}{% for i in range(40) %}{% set n.s = n.s | replace("x", "xxxx") %}{% endfor %}',
    'a growing format':
      '{% set n = namespace(s="x") %}{% for i in range(40) %}{% set n.s = "%(a)s%(a)s%(a)s%(a)s" % {"a": n.s} %}{% endfor %}',
    'a wide format': `{{ '${'%1000000s'.repeat(20_000)}' % (${'1,'.repeat(5)}1) }}`,
    'a repeated string': '{{ "x" * 100000000 }}',
    'a wide JSON': '{{ messages | tojson(indent=100000000) }}',
    'a wide join': `{{ range(100000) | join('${'x'.repeat(100)}') }}`,
    'deep brackets': `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`,
    'long white space': `{{ 1 }}${' '.repeat(190_000)}x`,
    'a long reason': '{{ raise_exception("x" * 5000000) }}',
    'too long a template': 'x'.repeat(200_001),
  };
  for (const [what, template] of Object.entries(hostile))
    it(`${what} ends as template-failed, and the next rendering works`, async () => {
      await failsWith(`${template}{{ messages[0].content }}`, /^the chat template failed: .{1,400}$/s);
      assert.equal(await render('{{ messages[0].content }}!'), '⟦Hi⟧!');
    });

  it('asks once only when it breaks a bound', async () => {
    const { requests, thread } = counted(templates.thread);
    await assert.rejects(templatesOf('{{ range(9999999) }}', thread).render(conversations.systemThree));
    assert.equal(requests.length, 1);
  });

  it('leaves renderings that wait behind it alone', async () => {
    const thread = createTemplateThread();
    try {
      const [bad, ...good] = await Promise.allSettled([
        templatesOf(hostile['an endless loop'] ?? '', thread).render(said('Hi')),
        ...[1, 2, 3].map((n) => templatesOf('{{ messages[0].content }}', thread).render(said(`${n}`))),
      ]);
      assert.equal(bad?.status, 'rejected');
      assert.deepEqual(
        good.map((one) => (one.status === 'fulfilled' ? marked(one.value) : one.reason)),
        ['⟦1⟧', '⟦2⟧', '⟦3⟧'],
      );
    } finally {
      await thread.close();
    }
  });

  it('is not what a very long conversation is', async () => {
    for (const [word, times] of [
      ['word ', 40],
      ['word ', 1600],
      ['<b>code</b>', 700],
      ['\ue000\ue0010', 100],
    ] as const) {
      const long = Array.from({ length: 1000 }, (_, index): ChatMessage[] => [
        ...said(`${index} ${word.repeat(times)}.`),
        { role: 'assistant', content: `${index} </a> ${word.repeat(times)}\ue0001\ue001` },
      ]).flat();
      for (const name of ['chatml', 'qwen-3', 'gemma-3']) {
        const prompt = await templates.of(family(name).template).render([...long, ...said('Well?')]);
        const texts = prompt.filter((segment) => segment.kind === 'text').map(({ text }) => text);
        assert.deepEqual(texts, [...long.map((message) => message.content), 'Well?'], `${name} ${word}`);
      }
    }
  });
});
