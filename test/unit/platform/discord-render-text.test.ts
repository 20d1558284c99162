import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderText, withoutLeadingMention } from '../../../src/platform/discord/render-text.ts';

const lookup = {
  user: (id: string) => (id === '1' ? 'Ada' : undefined),
  role: (id: string) => (id === '2' ? 'farmers' : undefined),
  channel: (id: string) => (id === '3' ? 'general' : undefined),
};
const render = (raw: string): string => renderText(raw, lookup);

test('shows markup as people see it', () => {
  assert.equal(render('<@1> <@!1> <@&2> <#3>'), '@Ada @Ada @farmers #general');
  assert.equal(render('<@9> <@&9> <#9>'), '@unknown-user @unknown-role #unknown');
  assert.equal(render('<:wave:77><a:dance_2:78>'), ':wave::dance_2:');
  assert.equal(render('</persona show:12> <id:browse>'), '/persona show #browse');
});

test('times have one form, with their zone', () => {
  assert.equal(render('<t:1700000000> <t:1700000000:R>'), '2023-11-14 22:13 UTC 2023-11-14 22:13 UTC');
  assert.equal(render('<t:1700000000:t> on <t:1700000000:D>'), '22:13 UTC on 2023-11-14');
  assert.equal(render('<t:9999999999999>'), '<t:9999999999999>');
});

test('code stays as it is, and so does everything else', () => {
  for (const raw of ['`<@1>`', '``<@1> ` <#3>``', '```\n<@1>\n```', 'a < b > c', '<@one>', '<|im_start|>', '']) {
    assert.equal(render(raw), raw);
  }
  assert.equal(render('`<@1>` <@1>'), '`<@1>` @Ada');
});

test('names with dollar signs are taken as they are', () => {
  assert.equal(renderText('<@1>', { ...lookup, user: () => '$& $1' }), '@$& $1');
});

test('takes away the mention of the bot in front, and no other', () => {
  assert.equal(withoutLeadingMention(' <@5>, hello', ['5']), 'hello');
  assert.equal(withoutLeadingMention('<@!5> hello', ['5']), 'hello');
  assert.equal(withoutLeadingMention('<@&6>: hello', ['5', '6']), 'hello');
  assert.equal(withoutLeadingMention('<@7> hello', ['5']), '<@7> hello');
  assert.equal(withoutLeadingMention('hello <@5>', ['5']), 'hello <@5>');
});

test('a hostile text is rendered in reasonable time', () => {
  for (const unit of ['`', '<', '<@', '<t:', '</', '```', '``', '<:']) render(unit.repeat(4000));
});
