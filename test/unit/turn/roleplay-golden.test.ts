// Golden prompts of roleplay. The files were written by scripts/write-roleplay-golden.ts and read through by a person: a difference means
// that the prompt has changed, and has to be looked at before the files are written again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { templatesOnOneThread } from '../engine/chat-template-kit.ts';
import { type GoldenCase, goldenCases, goldenFolder, goldenPrompt, goldenTemplates } from './roleplay-golden.ts';

const jinja = templatesOnOneThread();
after(() => jinja.thread.close());

const fileOf = (template: string, which: GoldenCase): string =>
  readFileSync(new URL(`${template}-${which}.txt`, goldenFolder), 'utf8');

describe('a card with every field, lore everywhere, two humans and three members', () => {
  for (const template of goldenTemplates)
    for (const which of goldenCases)
      it(`${template}: ${which}`, async () => {
        assert.equal(await goldenPrompt(template, which, jinja), fileOf(template, which));
      });

  it('never shows what is for people, and every other field once', () => {
    for (const template of goldenTemplates) {
      const text = fileOf(template, 'question');
      for (const never of ['CREATOR', 'VERSION 7', 'TAG', 'GREETING', "THE CARD'S OWN", 'MUST NOT', '{{user}}', '{{original}}'])
        assert.ok(!text.includes(never), `${template}: ${never}`);
      const once = [
        'keeps an inn',
        'Dry, watchful',
        'SCENE',
        'Is there room?',
        'DEPTH PROMPT',
        'POST-HISTORY',
        'PERSONA NOTE:',
        'NOTE: keep',
        'SUMMARY',
        'Ada counts birds',
        'is a cat',
      ];
      const lore = [...text.matchAll(/LORE [\w ]+(?=:)/g)].map(([name]) => name);
      assert.match(
        text,
        /LORE note top[\s\S]*PERSONA NOTE: Wren hums; Ada can hear it\.[\s\S]*NOTE: keep Ada[\s\S]*LORE note bottom/,
      );
      for (const part of once) assert.equal(text.split(part).length, 2, `${template}: ${part}`);
      assert.equal(new Set(lore).size, 14);
      assert.equal(lore.length, 14);
      assert.ok(text.includes('Why not, {{char}}?'), 'macros of humans stay as they typed them');
    }
  });

  it('says who is answered near the end, and nobody by name at the beginning, which stays the same', () => {
    const text = fileOf('chatml', 'question');
    const [head = '', chat = ''] = text.split('Good evening.');
    assert.match(head, /the user is a guest/);
    assert.match(head, /in the room with the user/);
    assert.match(head, /The Salt Road brought the user here/);
    for (const late of ['Ada is not', 'keep Ada guessing', 'Answer Ada in one', 'and not Ada'])
      assert.ok(chat.includes(late), late);
    assert.equal(fileOf('chatml', 'follows').split('Good evening.')[0], head);
  });
});
