// What a file of a persona can say: cards as they are, and our own form.
import assert from 'node:assert/strict';
import { realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readAvatar } from '../../../src/persona/avatar.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';
import { pngWith } from './card-kit.ts';
import { folderWith, mistakesOf, one } from './load-personas-kit.ts';

describe('a character card', () => {
  const card = {
    char_name: 'Rook',
    description: 'A {{char}} of few words.',
    personality: 'Dry.',
    world_scenario: 'A tower.',
    first_mes: 'You again.',
    mes_example: '<START>\n{{user}}: Hi\n{{char}}: Hm.',
    creator: 'nobody',
    extensions: { talkativeness: 0.5 },
  };
  const persona = {
    id: 'rook',
    name: 'Rook',
    summary: 'Dry.',
    description: 'A {{char}} of few words.',
    personality: 'Dry.',
    scenario: 'A tower.',
    greeting: 'You again.',
    exampleDialogue: '<START>\n{{user}}: Hi\n{{char}}: Hm.',
  };
  const more = { creator: 'nobody', talkativeness: 0.5 };

  it('of the roleplay bot works as it is, in JSON', () => {
    assert.deepEqual(one('rook.json', JSON.stringify(card, null, 4)), { ...persona, ...more });
    assert.deepEqual(one('rook.json', JSON.stringify(card, null, '\t')), { ...persona, ...more });
  });

  it('works as YAML, with every other name its fields ever had', () => {
    const yaml = `char_name: Rook
char_persona: A {{char}} of few words.
personality: Dry.
scenario: A tower.
char_greeting: You again.
example_dialogue: |
  <START>
  {{user}}: Hi
  {{char}}: Hm.
`;
    assert.deepEqual(one('rook.yaml', yaml), persona);
  });

  it('works with the fields under data, whatever its version, and empty ones count as absent', () => {
    const wrapped = {
      spec: 'chara_card_v3',
      spec_version: '3.1',
      name: 'Wrong',
      data: {
        ...card,
        char_name: undefined,
        name: 'Rook',
        world_scenario: '',
        scenario: 'A tower.',
        system_prompt: '',
        tags: ['x'],
      },
    };
    assert.deepEqual(one('rook.json', JSON.stringify(wrapped)), { ...persona, ...more, tags: ['x'] });
  });

  it('is told what is missing, with its place', () => {
    assert.deepEqual(mistakesOf(folderWith({ 'a.json': '{"char_name": "", "first_mes": 7}' })), [
      'personas/a.json:1:1  name: is missing: expected `name` or `char_name`',
      'personas/a.json:1:19  first_mes: expected a text, got 7',
    ]);
    assert.match(
      mistakesOf(folderWith({ 'a.json': '{"spec": "chara_card_v2"}' })).join(),
      /data: is missing: expected a character card/,
    );
  });
});

describe('what else a persona can say', () => {
  const yaml = `name: Rook
nickname: the Rook
greeting: Hm.
alternateGreetings: [Oh., " ", What now?]
groupOnlyGreetings:
  - All of you.
postHistoryInstructions: Short.
depthPrompt: { text: Rook is tired., depth: 0 }
talkativeness: 0
creatorNotes: Be patient.
creator: nobody
version: 1.2
tags: [bird]
worldName: Towers
characterBook: { entries: [{ keys: [tower], content: It is high. }] }
`;

  it('stands in its file under these names', () => {
    assert.deepEqual(one('rook.yaml', yaml), {
      id: 'rook',
      name: 'Rook',
      nickname: 'the Rook',
      summary: 'Rook',
      greeting: 'Hm.',
      alternateGreetings: ['Oh.', 'What now?'],
      groupOnlyGreetings: ['All of you.'],
      postHistoryInstructions: 'Short.',
      depthPrompt: { text: 'Rook is tired.', depth: 0, role: 'system' },
      talkativeness: 0,
      creatorNotes: 'Be patient.',
      creator: 'nobody',
      version: '1.2',
      tags: ['bird'],
      worldName: 'Towers',
      characterBook: { entries: [{ keys: ['tower'], content: 'It is high.' }] },
    });
  });

  it('is checked, each mistake with its line', () => {
    const wrong = `name: Rook
nickname: ""
alternateGreetings: Hm.
tags: [1]
depthPrompt: { txt: x, depth: -1, role: narrator }
talkativeness: 2
avatar: ../secret.png
characterBook: none
`;
    assert.deepEqual(mistakesOf(folderWith({ 'a.yaml': wrong })), [
      'personas/a.yaml:2:1  nickname: expected a name of one line and at most 64 characters, got ""',
      'personas/a.yaml:3:1  alternateGreetings: expected a list of texts, got "Hm."',
      'personas/a.yaml:4:8  tags[0]: expected a text, got 1',
      'personas/a.yaml:5:1  depthPrompt.text: is missing: expected a text',
      'personas/a.yaml:5:16  depthPrompt.txt: is not known; did you mean text?',
      'personas/a.yaml:5:24  depthPrompt.depth: expected a whole number from 0, counted from the last message, got -1',
      'personas/a.yaml:5:35  depthPrompt.role: expected system, user or assistant, got "narrator"',
      'personas/a.yaml:6:1  talkativeness: expected a number from 0 to 1, got 2',
      'personas/a.yaml:7:1  avatar: expected the name of a picture (.png, .jpg, .webp or .gif) beside this file, got "../secret.png"',
      'personas/a.yaml:8:1  characterBook: expected a lorebook: a group with `entries:`, got "none"',
    ]);
  });

  it('has a picture beside it: of the same name, or the one it names', () => {
    const folder = folderWith({
      'a.yaml': 'name: Ant',
      'a.png': pngWith(),
      'b.yaml': 'name: Bee\navatar: bee.webp',
      'bee.webp': 'RIFF0000WEBP',
      'c/persona.yaml': 'name: Cat',
      'c/persona.jpg': '\xff\xd8\xff',
    });
    const catalogue = loadPersonas(folder, { defaultId: 'a' });
    const avatars = ['a', 'b', 'c'].map((id) => catalogue.get(id)?.avatar);
    assert.deepEqual(
      avatars.map((avatar) => avatar?.path),
      ['a.png', 'bee.webp', 'c/persona.jpg'].map((name) => join(realpathSync(folder), name)),
    );
    assert.equal(readAvatar({ kind: 'picture', path: join(folder, 'a.png') })?.mediaType, 'image/png');
    assert.equal(readAvatar({ kind: 'picture', path: join(folder, 'a.yaml') }), undefined, 'what is no picture is none');
    assert.deepEqual(mistakesOf(folderWith({ 'a.yaml': 'name: Ant\navatar: ant.png' })), [
      'personas/a.yaml:2:1  avatar: there is no ant.png beside this file',
    ]);
    const leaving = folderWith({ 'a.yaml': 'name: Ant' });
    symlinkSync(join(folder, 'a.png'), join(leaving, 'a.png'));
    assert.equal(loadPersonas(leaving, { defaultId: 'a' }).default.avatar, undefined);
  });
});
