import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { parseLayoutForm } from '../../../src/config/layout-form.ts';
import { loadPresets } from '../../../src/config/load-presets.ts';
import { namesOfFile, presetFor } from '../../../src/config/match-preset.ts';
import { checkMentions } from '../../../src/config/mentions.ts';
import { licenceNotice, type Preset } from '../../../src/config/preset.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { writeDemoModel } from '../../../src/engine/llama/gguf/demo-model.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const temporary = mkdtempSync(join(tmpdir(), 'paddock-presets-'));
after(() => rmSync(temporary, { recursive: true }));

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(temporary, 'folder-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};
const load = (files: Readonly<Record<string, string>>) => {
  const folder = folderWith(files);
  return loadPresets(folder, folder);
};
const mistakesOf = (action: () => unknown): readonly string[] => {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid', String(error));
    return error.message.split('\n');
  }
  assert.fail('nothing was wrong');
};
const presetOf = (presets: ReadonlyMap<string, Preset>, id: string): Preset => presets.get(id) ?? assert.fail(`no ${id}`);

const shipped = loadPresets(join(root, 'config', 'models'), root);

describe('the presets that ship', () => {
  it('are those of the cards, three current models and two bots', () => {
    assert.deepEqual(
      [...shipped.keys()],
      [
        'airoboros-7b-gpt4',
        'alpaca-discord',
        'alpaca-roleplay',
        'bagel-8x7b-v0.2',
        'mistral-nemo-instruct-2407',
        'mistral-small-3.2-24b-instruct',
        'notus-7b-v1',
        'nous-capybara-7b',
        'nous-hermes-llama2-13b',
        'qwen3-4b-instruct-2507',
      ],
    );
  });

  it('say what the cards say', () => {
    const facts = (id: string) => {
      const { template, contextTokens, sampling, answer } = presetOf(shipped, id);
      const { dry: _, xtc: __, ...plain } = sampling;
      return [template, contextTokens, plain, answer.tokensMax];
    };
    assert.deepEqual(facts('nous-hermes-llama2-13b'), ['alpaca', 4096, {}, 1024]);
    assert.deepEqual(facts('nous-capybara-7b'), ['capybara', 4096, {}, undefined]);
    assert.deepEqual(facts('airoboros-7b-gpt4'), ['vicuna', 4096, { temperature: 0.5 }, undefined]);
    assert.deepEqual(facts('bagel-8x7b-v0.2'), ['alpaca-bagel', 32768, {}, undefined]);
    assert.deepEqual(facts('notus-7b-v1'), [
      'zephyr',
      32768,
      { temperature: 0.7, topK: 50, topP: 0.95, repeatPenalty: 1.1 },
      256,
    ]);
  });

  it('have the Notus card’s table of quants', () => {
    const table = `Q2_K 2 3.08 5.58 · Q3_K_S 3 3.17 5.67 · Q3_K_M 3 3.52 6.02 · Q3_K_L 3 3.82 6.32 · Q4_0 4 4.11 6.61 · Q4_K_S 4 4.14 6.64 · Q4_K_M 4 4.37 6.87 · Q5_0 5 5.00 7.50 · Q5_K_S 5 5.00 7.50 · Q5_K_M 5 5.13 7.63 · Q6_K 6 5.94 8.44 · Q8_0 8 7.70 10.20`;
    const quants = presetOf(shipped, 'notus-7b-v1').model?.quants ?? [];
    assert.equal(
      quants.map(({ name, bits, fileGB, memoryGB }) => `${name} ${bits} ${fileGB.toFixed(2)} ${memoryGB.toFixed(2)}`).join(' · '),
      table,
    );
    assert.deepEqual(
      quants.filter(({ recommended }) => recommended).map(({ name }) => name),
      ['Q4_K_M', 'Q5_K_S', 'Q5_K_M'],
    );
  });

  it('name templates that ship, a file for each model, and growing sizes', () => {
    const templates = readdirSync(join(root, 'config', 'templates')).map((name) => name.replace('.yaml', ''));
    for (const preset of shipped.values()) {
      assert.ok(preset.template === undefined || templates.includes(preset.template), preset.id);
      checkMentions(preset.mentions, { persona: [], preset: [], template: templates });
      if (preset.layout) continue;
      const { model, licence } = preset;
      assert.ok(model && licence && preset.match.length > 0, preset.id);
      assert.ok(
        model.quants.some((quant) => quant.recommended),
        preset.id,
      );
      for (const [index, quant] of model.quants.entries()) {
        assert.ok(
          quant.memoryGB > quant.fileGB && quant.fileGB >= (model.quants[index - 1]?.fileGB ?? 0),
          `${preset.id} ${quant.name}`,
        );
        const found = presetFor(shipped, { name: 'x', path: `/m/${model.file.replace('{quant}', quant.name)}` });
        assert.equal(found?.id, preset.id);
      }
    }
  });

  it('tell of a licence that restricts', () => {
    assert.match(licenceNotice(presetOf(shipped, 'airoboros-7b-gpt4')) ?? '', /research only.*no commercial use/);
    assert.equal(licenceNotice(presetOf(shipped, 'notus-7b-v1')), undefined);
  });

  it('explain the format in docs/presets.md', () => {
    const docs = readFileSync(join(root, 'docs', 'presets.md'), 'utf8');
    for (const id of shipped.keys()) assert.ok(docs.includes(`\`${id}\``), id);
  });
});

describe('loadPresets', () => {
  it('has none where there is no folder', () => {
    assert.equal(loadPresets(join(temporary, 'nowhere'), temporary).size, 0);
  });

  it('inherits all but name, patterns and download', () => {
    const presets = load({
      'base.yaml':
        'name: Base\nmatch: [base]\ntemplate: alpaca\ncontextTokens: 2048\nsampling: {temperature: 0.1, topK: 5, dry: {strength: 1, base: 2}}\nanswer: {tokensMax: 10, stopStrings: [a]}\nlicence: {name: odd, note: mind it}\n',
      'middle.yaml': 'name: Middle\nextends: base\ncontextTokens: 4096\nsampling: {temperature: 0.2, dry: {base: 3}}\n',
      'own.yml': 'name: Own\nextends: middle\ntemplate: vicuna\nanswer: {tokensMax: 20}\n',
    });
    const own = presetOf(presets, 'own');
    assert.deepEqual(own.sampling, { temperature: 0.2, topK: 5, dry: { strength: 1, base: 3 }, xtc: {} });
    assert.deepEqual(own.answer, { tokensMax: 20, stopStrings: ['a'] });
    assert.deepEqual([own.name, own.template, own.contextTokens, own.match], ['Own', 'vicuna', 4096, []]);
    assert.equal(licenceNotice(own), 'Own (odd): mind it');
  });

  it('reports all mistakes of all files, with their lines', () => {
    const layout = 'name: x\nlayout:\n  instruction: ["[{nme}]", "{history} ["]\n  opensWithName: yes\n';
    assert.deepEqual(
      mistakesOf(() =>
        load({
          'a.yaml': 'name: A\ntemplat: alpaca\nsampling:\n  temperature: hot\nextends: b\nmodel:\n  original: nobody\n',
          'b.yaml': 'extends: nonsense\nname: B\n',
          'c.yaml': 'name: C\nextends: d\n',
          'd.yaml': 'name: D\nextends: c\ntemplate: ./gone.jinja\n',
          'e.yaml': layout,
          'Not A Name.yaml': 'name: N\n',
          'auto.yaml': 'name: N\n',
        }),
      ).toSorted(),
      [
        "Not A Name.yaml  a preset's file name has only a-z, 0-9, -, _ and ., at most 64 of them, ends with .yaml, and is neither auto nor none",
        'a.yaml:2:1  templat: is not known; did you mean template?',
        'a.yaml:4:3  sampling.temperature: expected a number from 0 to 5, got "hot"',
        'a.yaml:6:1  model.contextKBPerToken: is missing: expected a number from 0.1 to 10000',
        'a.yaml:6:1  model.file: is missing: expected the name of a .gguf file, with {quant} in it',
        'a.yaml:6:1  model.quants: is missing: expected a list of quants',
        'a.yaml:7:3  model.original: expected a repository on Hugging Face, as owner/name, got "nobody"',
        "auto.yaml  a preset's file name has only a-z, 0-9, -, _ and ., at most 64 of them, ends with .yaml, and is neither auto nor none",
        'b.yaml:1:1  extends: there is no preset "nonsense"',
        'c.yaml:2:1  extends: leads back to c',
        'd.yaml:2:1  extends: leads back to d',
        'd.yaml:3:1  template: there is no file ./gone.jinja',
        "e.yaml:3:3  layout.instruction: can't have {nme}; here stand {name} {system} {description} {personality} {scenario} {greeting} {examples} {note} {history} {replied} {question}",
        'e.yaml:4:3  layout.opensWithName: expected true or false, got "yes"',
      ],
    );
  });

  it('wants a layout to say where the question and which the history is', () => {
    assert.deepEqual(
      mistakesOf(() => load({ 'a.yaml': 'name: A\nlayout: {instruction: "{history}"}\n' })),
      ['a.yaml:2:10  layout.instruction: must have {question} in it, or `input` must'],
    );
    assert.deepEqual(
      mistakesOf(() => load({ 'a.yaml': 'name: A\nlayout: {instruction: "{question}{history}"}\n' })),
      ['a.yaml:2:10  layout.instruction: has {history}, so `history` must say which'],
    );
  });

  it('suggests what was probably meant', () => {
    assert.deepEqual(
      mistakesOf(() => load({ 'notus.yaml': 'name: N\n', 'b.yaml': 'name: B\nextends: notsu\n' })),
      ['b.yaml:2:1  extends: there is no preset "notsu"; did you mean notus?'],
    );
  });
});

describe('the texts of layouts', () => {
  const parse = (text: string) => parseLayoutForm(text, ['note', 'question']);

  it('have slots, optional pieces and doubled characters', () => {
    assert.deepEqual(parse('[[a]] {{b}}[Note: {note}\n]{question}'), {
      form: [
        { kind: 'text', text: '[a] {b}' },
        {
          kind: 'optional',
          pieces: [
            { kind: 'text', text: 'Note: ' },
            { kind: 'slot', slot: 'note' },
            { kind: 'text', text: '\n' },
          ],
        },
        { kind: 'slot', slot: 'question' },
      ],
      problems: [],
    });
  });

  it('report what is not closed, nested or pointless', () => {
    for (const [text, problem] of [
      ['[a {note}', /not closed/],
      ['a]', /single "\]"/],
      ['[a]', /always be there/],
      ['[[[{note}[b]]', /inside of another/],
      ['{', /single "\{"/],
      ['{name}', /can't have \{name\}; here stand \{note\} \{question\}/],
    ] as const)
      assert.match(parse(text).problems.join(), problem, text);
  });

  it('never throw, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('[', ']', '{', '}', '{note}', 'x', '\n')), (pieces) => {
        parse(pieces.join(''));
      }),
    );
  });
});

describe('the preset for a model', () => {
  const presets = load({
    'one.yaml': 'name: One\nmatch: ["*tiny*"]\n',
    'two.yaml': 'name: Two\nmatch: ["tiny-chat*", "!*-v2*"]\n',
    'three.yaml': 'name: Three\n',
  });
  const idOf = (name: string, path?: string) => presetFor(presets, { name, ...(path !== undefined && { path }) })?.id;

  it('is found by the model’s name or its file’s, whatever the case and separators', () => {
    assert.equal(idOf('A TINY thing'), 'one');
    assert.equal(idOf('other', '/models/Tiny_Chat.Q4_K_M.gguf'), 'two');
    assert.equal(idOf('tiny-chat-v2'), 'one');
    assert.equal(idOf('huge'), undefined);
    assert.equal(idOf('*'), undefined);
  });

  it('is found for the names that files really carry', () => {
    for (const [name, id] of [
      ['argilla_notus-7b-v1', 'notus-7b-v1'],
      ['Nous-Hermes-Llama2-13b', 'nous-hermes-llama2-13b'],
      ['nousresearch_nous-capybara-7b', 'nous-capybara-7b'],
      ['Mistral Nemo Instruct 2407', 'mistral-nemo-instruct-2407'],
      ['Mistral Small 3.2 24B Instruct 2506', 'mistral-small-3.2-24b-instruct'],
      ['Qwen3-4B-Instruct-2507', 'qwen3-4b-instruct-2507'],
      ['Paddock demo', undefined],
      ['NousResearch Nous-Capybara-7B-V1.9', undefined],
    ] as const)
      assert.equal(presetFor(shipped, { name })?.id, id, name);
  });

  it('takes no long time for a hostile name', () => {
    const hostile = new Map([['x', { ...presetOf(presets, 'one'), match: ['*a*a*a*a*a*a*a*a*a*b'] }]]);
    assert.equal(presetFor(hostile, { name: 'a'.repeat(100_000) }), undefined);
  });

  it('can be found before the model is loaded, by the name in its file', () => {
    const folder = folderWith({ 'no.gguf': 'not a model', 'short.gguf': 'GGUF\x03\0\0\0' });
    const demo = join(folder, 'renamed.gguf');
    writeDemoModel(demo);
    assert.notEqual(namesOfFile(demo).name, 'renamed.gguf');
    assert.match(namesOfFile(demo).name, /demo/i);
    for (const name of ['no.gguf', 'short.gguf', 'missing.gguf']) assert.equal(namesOfFile(join(folder, name)).name, name);
    mkdirSync(join(folder, 'folder.gguf'));
    assert.equal(namesOfFile(join(folder, 'folder.gguf')).name, 'folder.gguf');
  });

  it('survives any bytes at the beginning of a file', () => {
    const path = join(folderWith({}), 'any.gguf');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        writeFileSync(path, Buffer.concat([Buffer.from('GGUF\x03\0\0\0'), bytes]));
        assert.ok(namesOfFile(path).name.length > 0);
      }),
      { numRuns: 200 },
    );
  });
});
