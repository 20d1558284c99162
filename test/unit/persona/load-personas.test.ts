import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readAvatar } from '../../../src/persona/avatar.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';
import { charxWith, fullCard, fullFields, pngWith, textChunk } from './card-kit.ts';
import { folderWith, mistakesOf, one, temporary } from './load-personas-kit.ts';

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
