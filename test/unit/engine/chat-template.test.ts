// What chat templates may do, how they are given what they refuse, and how hostile ones end.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import type { ChatMessage } from '../../../src/core/prompt.ts';
import { createChatTemplates, templatesIn } from '../../../src/engine/llama/child/chat-template.ts';
import type { RenderRequest } from '../../../src/engine/llama/child/chat-template-worker.ts';
import { createTemplateThread, type TemplateThread } from '../../../src/engine/llama/child/template-thread.ts';
import { conversations, family, marked, now, templatesOnOneThread } from './chat-template-kit.ts';

const templates = templatesOnOneThread();
after(() => templates.thread.close());

const said = (content: string): readonly ChatMessage[] => [{ role: 'user', content }];
const render = async (
  template: string,
  messages: readonly ChatMessage[] = said('Hi'),
  variables: Readonly<Record<string, unknown>> = {},
): Promise<string> => marked(await templates.of(template).render(messages, { variables }));

const failsWith = (template: string, cause: RegExp, messages = said('Hi')) =>
  assert.rejects(templates.of(template).render(messages), (error) => {
    assert.ok(error instanceof PaddockError);
    assert.equal(error.code, 'template-failed');
    assert.match(error.message, cause);
    return true;
  });

/** A template with the message's content as `c`, and the content after it so that nothing is lost. */
const about = (body: string): string => `{% set c = messages[0].content %}${body}|{{ c }}`;

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
