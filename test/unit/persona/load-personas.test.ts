import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import { readAvatar } from '../../../src/persona/avatar.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';
import { charxWith, fullCard, fullFields, pngWith, textChunk } from './card-kit.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-persona-'));
after(() => rmSync(temporary, { recursive: true }));

const folderWith = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const folder = mkdtempSync(join(temporary, 'personas-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

const mistakesOf = (folder: string, defaultId = 'a'): readonly string[] => {
  try {
    loadPersonas(folder, { defaultId });
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid');
    return error.message.split('\n');
  }
  assert.fail('nothing was wrong');
};

const one = (name: string, text: string) => {
  const { default: persona } = loadPersonas(folderWith({ [name]: text }), { defaultId: name.replace(/[./].*/, '') });
  return persona;
};

describe('loadPersonas', () => {
  it('reads files and folders, and lists the default first', () => {
    const folder = folderWith({
      'b.yaml': 'name: Bee\nsummary: A bee.\ngreeting: "Bzz. "\n',
      'a.yml': 'name: Ant',
      'c/persona.yaml': 'name: Cat',
      'c/portrait.png': 'not read',
      'd.json': '{"name": "Dog"}',
      'README.md': '# not read',
      '.hidden.yaml': 'not: read',
      'empty/notes.txt': 'not read',
    });
    const catalogue = loadPersonas(folder, { defaultId: 'b' });
    assert.deepEqual(
      catalogue.list().map(({ id }) => id),
      ['b', 'a', 'c', 'd'],
    );
    assert.deepEqual(catalogue.default, { id: 'b', name: 'Bee', summary: 'A bee.', greeting: 'Bzz.' });
    assert.equal(catalogue.get('c')?.name, 'Cat');
    assert.equal(catalogue.get('missing'), undefined);
    assert.equal(catalogue.get('__proto__'), undefined);
  });

  it('reports all mistakes of all files at once', () => {
    const folder = folderWith({
      'a.yaml': 'name: Ant\nsysemPrompt: x\ngreeting: [1]\n',
      'b.yaml': 'summary: no name\n',
      'c.json': '{"name": "Cat",,}',
      'My Bot.yaml': 'name: x\n',
      'd.yaml': 'name: Dog\n',
      'd.json': '{"name": "Dog"}',
      'e/persona.yaml': 'name: "two\\nlines"\n',
    });
    assert.deepEqual(mistakesOf(folder), [
      'personas/My Bot.yaml  the name must be of lower-case letters, digits, - and _ only, such as my-persona.yaml; what people see is `name` inside it',
      'personas/d.yaml  has the same id as personas/d.json; rename one of them',
      'personas/a.yaml:2:1  sysemPrompt: is not known; did you mean systemPrompt?',
      'personas/a.yaml:3:1  greeting: expected a text, got a list',
      'personas/b.yaml:1:1  name: is missing: expected a name of one line and at most 64 characters',
      'personas/c.json:1:16  is not valid JSON: Unexpected , in flow map',
      'personas/e/persona.yaml:1:1  name: expected a name of one line and at most 64 characters, got "two\\nlines"',
    ]);
  });

  it('says which default there is not, and what was meant', () => {
    assert.deepEqual(mistakesOf(folderWith({ 'helper.yaml': 'name: x' }), 'helpr'), [
      'personas  there is no persona helpr, which the setting `persona` names; did you mean helper?',
    ]);
    assert.match(mistakesOf(folderWith({}), 'helper')[0] ?? '', /put helper\.yaml there/);
    assert.match(mistakesOf(join(temporary, 'missing'))[0] ?? '', /^personas {2}there is no such folder/);
  });

  it('stays inside its folder', () => {
    const outside = folderWith({ 'secret.yaml': 'name: Secret' });
    const folder = folderWith({ 'a.yaml': 'name: Ant' });
    symlinkSync(join(outside, 'secret.yaml'), join(folder, 'b.yaml'));
    symlinkSync(join(folder, 'a.yaml'), join(folder, 'c.yaml'));
    mkdirSync(join(outside, 'd'));
    writeFileSync(join(outside, 'd', 'persona.yaml'), 'name: D');
    symlinkSync(join(outside, 'd'), join(folder, 'd'));
    const leaves = 'is a link that leads out of the folder; put the file itself there';
    assert.deepEqual(mistakesOf(folder), [`personas/b.yaml  ${leaves}`, `personas/d/persona.yaml  ${leaves}`]);
    // The folder itself may be a link.
    const link = join(temporary, 'linked');
    symlinkSync(folderWith({ 'a.yaml': 'name: Ant' }), link);
    assert.equal(loadPersonas(link, { defaultId: 'a' }).default.name, 'Ant');
  });

  it('cleans texts: line ends, control characters, white space around them', () => {
    const { name, greeting, scenario } = one(
      'a.yaml',
      'name: "  An\\x1b  Ant "\ngreeting: "\\r\\n hi\\r\\nyou\\0 \\x9b \\n"\nscenario: "  "\n',
    );
    assert.equal(name, 'An Ant');
    assert.equal(greeting, 'hi\nyou');
    assert.equal(scenario, undefined);
  });

  it('makes a summary of what is there', () => {
    assert.equal(
      one('a.yaml', 'name: Ant\ndescription: "{{char}} is small\\nand works. Much more."').summary,
      'Ant is small and works.',
    );
    assert.equal(one('a.yaml', 'name: Ant').summary, 'Ant');
    const long = one('a.yaml', `name: Ant\npersonality: ${'busy '.repeat(60)}`).summary;
    assert.ok(long.length <= 100 && long.endsWith('busy…'), long);
    const emoji = one('a.yaml', `name: Ant\npersonality: ${`x${'🐜'.repeat(80)}`}`).summary;
    assert.ok(emoji.length <= 100 && !/\p{Surrogate}/u.test(emoji), emoji);
  });
});

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

describe('a card file in the folder', () => {
  it('is a persona, with an id from its name; pictures without a card just lie there', () => {
    const folder = folderWith({
      'a.yaml': 'name: Ant',
      'My Rook (1).png': pngWith(textChunk('ccv3', fullCard)),
      'tower.charx': charxWith(fullCard),
      'inn/persona.png': pngWith(textChunk('chara', { name: 'Inn', first_mes: 'Hm.' })),
      'Holiday Photo.png': pngWith(),
      'not read.webp': 'RIFF0000WEBP',
    });
    const catalogue = loadPersonas(folder, { defaultId: 'a' });
    assert.deepEqual(
      catalogue.list().map(({ id }) => id),
      ['a', 'inn', 'my-rook-1', 'tower'],
    );
    const rook = catalogue.get('my-rook-1');
    const avatar = { kind: 'card', path: join(realpathSync(folder), 'My Rook (1).png') } as const;
    assert.deepEqual(rook, { id: 'my-rook-1', ...fullFields, avatar });
    assert.equal(readAvatar(avatar)?.mediaType, 'image/png');
    assert.deepEqual(catalogue.get('tower'), { id: 'tower', ...fullFields });
  });

  it('is named when something is wrong with it', () => {
    const folder = folderWith({
      'a.yaml': 'name: Ant',
      'b.png': pngWith(textChunk('ccv3', fullCard)).subarray(0, 300),
      'c.charx': 'no archive',
      'a.charx': charxWith(fullCard),
      'd.charx': charxWith(fullCard),
      'd.png': pngWith(textChunk('ccv3', fullCard)),
    });
    assert.deepEqual(mistakesOf(folder), [
      'personas/a.charx  has the same id as personas/a.yaml; rename one of them',
      'personas/b.png  This picture ends in the middle: it was not saved or sent whole. Get it again',
      'personas/c.charx  This is no character card. I read cards from PNG, CHARX, JSON and YAML files',
      'personas/d.png  has the same id as personas/d.charx; rename one of them',
    ]);
  });
});
