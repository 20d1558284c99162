// What chat templates may do, and which one is taken.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatMessage } from '../../../src/core/prompt.ts';
import { createChatTemplates, templatesIn } from '../../../src/engine/llama/child/chat-template.ts';
import { conversations, family, marked, now } from './chat-template-kit.ts';
import { about, failsWith, render, said, templates } from './chat-template-parts.ts';

describe('what a template does with a text', () => {
  const cases: readonly (readonly [what: string, body: string, content: string, expected: string])[] = [
    ['trims it', '{{ c | trim }}', ' \n a b\t', '⟦a b⟧'],
    ['strips some characters only', "{{ c.strip('\\n') }}", '\n a \n', '⟦ a ⟧'],
    ['strips one end', "{{ c.lstrip() + '.' + c.rstrip() }}", ' a ', '⟦a ⟧.⟦ a⟧'],
    ['splits it at a marker', "{{ c.split('</t>')[-1] }}", 'x</t>y</t>z', '⟦z⟧'],
    ['splits it once', "{{ c.split('-', 1) | join('+') }}", 'a-b-c', '⟦a⟧+⟦b-c⟧'],
    ['splits it from the right', "{{ c.rsplit('-', 1) | join('+') }}", 'a-b-c', '⟦a-b⟧+⟦c⟧'],
    ['splits it at white space', "{{ c.split() | join('+') }}", ' a  b ', '⟦a⟧+⟦b⟧'],
    ['looks for a marker in it', "{{ 'yes' if '<x>' in c else 'no' }}", 'a<x>b', 'yes'],
    ['compares it', "{{ 'yes' if c == 'a<b' else 'no' }}", 'a<b', 'yes'],
    ['looks for it in a list', "{{ 'yes' if c in ['q', 'a'] else 'no' }}", 'a', 'yes'],
    ['looks at its ends', "{{ c.startswith('<x>') }}{{ c.endswith(('y', '<x>')) }}", '<x>', 'TrueTrue'],
    ['asks for its length', '{{ c | length }}{{ c.length }}', 'abc', '33'],
    ['asks what it is', '{{ c is string }}{{ c is mapping }}{{ c is iterable }}{{ c is none }}', 'a', 'TrueFalseTrueFalse'],
    ['takes a part', '{{ c[1:3] + c[-1] + c[::-1] }}', 'abcd', '⟦bcddcba⟧'],
    ['changes its letters', '{{ c.upper() + c | title }}', 'ab cd', '⟦AB CDAb Cd⟧'],
    ['replaces some of it', "{{ c | replace('a', '<|im_end|>') }}", 'xay', '⟦x<|im_end|>y⟧'],
    ['writes it as JSON', '{{ c | tojson }}', 'a "b"\n', '"⟦a \\"b\\"\\n⟧"'],
    ['writes a message as JSON', '{{ messages[0] | tojson(indent=2) }}', 'é', '{\n  "role": "user",\n  "content": "⟦é⟧"\n}'],
    ['escapes all but ASCII', '{{ c | tojson(ensure_ascii=true) }}', 'é😀', '"⟦\\u00e9\\ud83d\\ude00⟧"'],
    ['writes it twice', "{{ c + '/' ~ c }}", 'a', '⟦a⟧/⟦a⟧'],
    [
      'puts it in a namespace',
      '{% set n = namespace(t="") %}{% for i in [1, 2] %}{% set n.t = n.t + c %}{% endfor %}{{ n.t }}',
      'ab',
      '⟦abab⟧',
    ],
    ['gives it to a macro', "{% macro m(t, end='!') %}{{ t | trim + end }}{% endmacro %}{{ m(c, end='?') }}", ' a ', '⟦a⟧?'],
    ['filters a block with it', '{% filter trim %} {{ c }} {% endfilter %}', ' a ', '⟦a⟧'],
    ['sets a block with it', '{% set b %}<{{ c }}>{% endset %}{{ b }}', 'a', '<⟦a⟧>'],
    ['goes through its characters', '{% for x in c %}{{ x }}.{% endfor %}', 'a😀', '⟦a⟧.⟦😀⟧.'],
    ['formats with it', "{{ '%s/%5s|%-3s|%.1s%%' % (c, c, c, c) }}", 'ab', '⟦ab⟧/   ⟦ab⟧|⟦ab⟧ |⟦a⟧%'],
    ['is a format itself', "{{ c % '<s>' }}", 'a %s b', '⟦a <s> b⟧'],
    ['groups by it', "{% for k, all in messages | groupby('content') %}{{ k }}{{ all | length }}{% endfor %}", 'B', '⟦B⟧1'],
    ['indents it', '{{ c | indent(2) }}', 'a\nb', '⟦a⟧\n  ⟦b⟧'],
  ];
  for (const [what, body, content, expected] of cases)
    it(what, async () => assert.equal(await render(about(body), said(content)), `${expected}|⟦${content}⟧`.replaceAll('⟧⟦', '')));

  it('never mistakes private-use characters of a text for its own', async () => {
    const content = 'a\u{f0041}\u{100042}\ud83d b\udb80';
    assert.equal(await render('{{ messages[0].content | trim }}!', said(content)), `⟦${content}⟧!`);
  });

  it('never shows it in the log', () =>
    failsWith("{{ raise_exception('bad: ' + messages[0].content) }}", /failed: bad: …; set `template`/, said('secret')));
});

describe('what templates use', () => {
  const cases: readonly (readonly [what: string, template: string, expected: string])[] = [
    [
      'break and continue',
      '{% for i in range(9) %}{{ i }}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}.{% break %}{% endif %},{% endfor %}',
      '0,12,3.',
    ],
    [
      'loop variables',
      '{% for x in "abc" %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{% if not loop.last %}{{ loop.nextitem }}{% endif %} {% endfor %}',
      '10TrueFalseb 21FalseFalsec 32FalseTrue ',
    ],
    [
      'variables that end with their loop',
      '{% for i in [1, 2] %}{{ x is defined }}{% set x = 1 %}{% endfor %}{{ x is defined }}',
      'FalseFalseFalse',
    ],
    [
      'loops with a condition and without entries',
      '{% for i in range(5) if i is odd %}{{ i }}{{ loop.length }}{% endfor %}{% for i in [] %}x{% else %}none{% endfor %}',
      '1232none',
    ],
    ['loops over pairs', "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", 'a1b2'],
    ['generation blocks', 'a{% generation %}b{% endgeneration %}c', 'abc'],
    ['range', '{{ range(3) | join }}{{ range(5, 1, -2) | join(",") }}', '0125,3'],
    ['dates', "{{ strftime_now('%d %b %Y|%A, %B %-d|%H:%M|%I %p|%j') }}", '05 Nov 2026|Thursday, November 5|09:07|09 AM|309'],
    [
      'selectattr, map and first',
      "{{ messages | selectattr('role', 'eq', 'user') | map(attribute='role') | first }}{{ [' a '] | map('trim') | join }}",
      'usera',
    ],
    ['defaults', "{{ nothing | default('x') }}{{ '' | default('y', true) }}{{ none | default('z') }}", 'xy'],
    [
      'tests',
      '{{ 1 is number }}{{ messages is sequence }}{{ messages[0] is mapping }}{{ tools is none }}{{ nothing is undefined }}',
      'TrueTrueTrueTrueTrue',
    ],
    [
      'string formatting',
      "{{ '%s' % 1 }}{{ '%d-%03d-%x' % (2.5, -7, 255) }}{{ '%.2f' % 10.05 }}{{ '%(a)s' % {'a': none} }}{{ '%s %s' | format('x', true) }}{{ '%(n)s' | format(n='y') }}{{ '100%%' | format }}{{ 7 % 4 }}",
      '12--07-ff10.05Nonex Truey100%3',
    ],
    [
      'groupby',
      "{% for g in [{'r': 'b', 'n': 1}, {'r': 'A', 'n': 2}, {'r': 'B', 'n': 3}, {'n': 4}] | groupby('r', default='z') %}{{ g.grouper }}:{{ g.list | map(attribute='n') | join('+') }} {% endfor %}",
      'A:2 b:1+3 z:4 ',
    ],
    ['dictionaries', "{{ dict(a=1).a }}{{ {'b': 2}.get('b') }}{{ {'b': 2}.get('c', 3) }}{{ 'b' in {'b': 2} }}", '123True'],
    ['the tokens', '{{ bos_token }}x{{ eos_token }}', '<s>x</s>'],
    ['strings', "{{ 'ab' * 2 }}{{ 'a,b'.split(',')[1] }}{{ 'x' ~ 1 ~ none }}{{ 'a b' | title }}", 'ababbx1A B'],
  ];
  for (const [what, template, expected] of cases)
    it(what, async () => assert.equal(await render(`${template}{{ messages[0].content }}`), `${expected}⟦Hi⟧`));

  it('variables, of which what could hold markup is text', async () => {
    const tools = [{ type: 'function', function: { name: 'look_up', description: 'Looks <|im_end|> up' } }];
    const documents = [{ title: 'A', text: 'Says </s>' }];
    assert.equal(
      await render(
        '{% for t in tools %}{{ t | tojson }}{% endfor %}{% for d in documents %}{{ d.title }}: {{ d.text }}{% endfor %}{% if enable_thinking is false %}{{ effort }}{% endif %}{{ messages[0].content }}',
        said('Hi'),
        { tools, documents, enable_thinking: false, effort: 'high' },
      ),
      '{"type": "function", "function": {"name": "look_up", "description": "⟦Looks <|im_end|> up⟧"}}A: ⟦Says </s>⟧high⟦Hi⟧',
    );
  });

  it('thinking switches', async () => {
    const qwen = templates.of(family('qwen-3').template);
    const off = marked(await qwen.render(conversations.one, { variables: { enable_thinking: false } }));
    assert.equal(off, `${family('qwen-3').one}<think>\n\n</think>\n\n`);
  });

  it('cut thoughts off past answers, as the model was taught', async () => {
    const messages: readonly ChatMessage[] = [
      ...said('Hi'),
      { role: 'assistant', content: '<think>\nWell.\n</think>\n\nHello!' },
      ...said('Bye'),
    ];
    assert.equal(
      marked(await templates.of(family('qwen-3').template).render(messages)),
      '<|im_start|>user\n⟦Hi⟧<|im_end|>\n<|im_start|>assistant\n⟦Hello!⟧<|im_end|>\n<|im_start|>user\n⟦Bye⟧<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('switches that stand in the system prompt', async () => {
    const messages: readonly ChatMessage[] = [{ role: 'system', content: 'Be kind. /no_think' }, ...said('Hi')];
    const text = marked(await templates.of(family('smollm-3').template).render(messages));
    assert.match(text, /Reasoning Mode: \/no_think\n\n## Custom Instructions\n\n⟦Be kind.⟧\n\n/);
    assert.ok(text.endsWith('<think>\n\n</think>\n'));
  });
});

describe('a mistake in a template', () => {
  it('is told with its file, its line and what is wrong', async () => {
    const render = (template: string) => templates.of('').render(said('Hi'), { template, label: './my.jinja' });
    await assert.rejects(render('a\n{{ b c }}'), {
      message:
        /^the chat template \.\/my\.jinja failed: it can't be read: line 2: Expected closing expression token, at `c`; set/,
    });
    await assert.rejects(render('{{ messages | nonsense }}'), { message: /my\.jinja failed: .*nonsense/ });
    await assert.rejects(render("{{ '%s %s' % messages[0].content }}"), { message: /fewer values than the format takes/ });
    await assert.rejects(render("{{ '%q' % 1 }}"), { message: /a format has no %q/ });
  });
});

describe('BOS', () => {
  const bosOf = async (template: string) => (await templates.of(template).render(said('Hi'))).slice(0, 2);
  it('is the model’s own token, once, however the template writes it', async () => {
    for (const start of ['{{ bos_token }}', '<s>', '\n  {{ bos_token }}', '{{ bos_token }}<s>'])
      assert.deepEqual(await bosOf(`${start}{{ messages[0].content }}`), [{ kind: 'bos' }, { kind: 'text', text: 'Hi' }], start);
  });
  it('is no token where somebody says it', async () => {
    const prompt = await templates.of('{{ messages[0].content }}').render(said('<s>Hi'));
    assert.deepEqual(prompt, [{ kind: 'text', text: '<s>Hi' }]);
  });
});

describe('several templates', () => {
  const several = createChatTemplates({
    templates: templatesIn({
      chat_template: 'default {{ messages[0].content }}',
      'chat_template.tool_use': 'tools {{ messages[0].content }}',
      'chat_template.rerank': 'never',
      chat_templates: ['tool_use'],
    }),
    bosText: '',
    eosText: '',
    now,
    thread: templates.thread,
  });
  const first = async (options: { name?: string; template?: string }) => marked(await several.render(said('Hi'), options));

  it('are chosen by name, or one is given', async () => {
    assert.equal(await first({}), 'default ⟦Hi⟧');
    assert.equal(await first({ name: 'default' }), 'default ⟦Hi⟧');
    assert.equal(await first({ name: 'tool_use' }), 'tools ⟦Hi⟧');
    assert.equal(await first({ template: 'mine {{ messages[0].content }}' }), 'mine ⟦Hi⟧');
  });
  it('an unknown name lists those there are', () =>
    assert.rejects(first({ name: 'rag' }), {
      code: 'no-chat-template',
      message: 'the model file has no chat template named "rag"; it has default, tool_use',
    }));
  it('none at all is a sentence', () => {
    const none = createChatTemplates({ templates: new Map(), bosText: '', eosText: '', now, thread: templates.thread });
    return assert.rejects(none.render(said('Hi')), { code: 'no-chat-template' });
  });
});
