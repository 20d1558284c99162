import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { loadPresets } from '../../../src/config/load-presets.ts';
import { checkMentions } from '../../../src/config/mentions.ts';
import { placeSchema } from '../../../src/config/setting-names.ts';
import { createSettingsCascade } from '../../../src/config/settings-cascade.ts';
import { PaddockError } from '../../../src/core/error.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-cascade-'));
after(() => rmSync(temporary, { recursive: true }));

const presetFiles = {
  'big.yaml':
    'name: Big\nmatch: ["*big*"]\ntemplate: zephyr\ncontextTokens: 32768\nsampling: {temperature: 0.7, topK: 50, dry: {strength: 0.8}}\nanswer: {tokensMax: 256, stopStrings: [USER]}\n',
  'bot.yaml': 'name: Bot\ntemplate: alpaca\nsampling: {temperature: 0.35}\nlayout: {instruction: "{question}"}\n',
};
const load = (yaml: string) => {
  const root = mkdtempSync(join(temporary, 'root-'));
  mkdirSync(join(root, 'config', 'models'), { recursive: true });
  writeFileSync(join(root, 'config', 'paddock.yaml'), yaml);
  for (const [name, text] of Object.entries(presetFiles)) writeFileSync(join(root, 'config', 'models', name), text);
  const config = loadConfig({ root, env: {} });
  const presets = loadPresets(config.folders.presets, root);
  return { root, config, presets, cascade: createSettingsCascade(config, presets) };
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

const big = { name: 'The BIG one' };
const other = { name: 'other' };
const thread = { serverId: '1', channelIds: ['13', '12', '11'] };

describe('the language of the bot’s own words', () => {
  const german = { serverId: '1', channelIds: ['12', '11'], locale: 'de' } as const;
  const languageOf = (yaml: string, ...where: Parameters<ReturnType<typeof load>['cascade']['settingsAt']>) =>
    load(yaml).cascade.settingsAt(...where).reply.language;

  it('is the place’s own one, or none where it has none, unless a setting chooses one', () => {
    assert.equal(languageOf('', german, undefined), 'de');
    assert.equal(languageOf('', { serverId: '1', channelIds: ['12'] }, undefined), undefined);
    assert.equal(languageOf('', undefined, undefined), undefined);
    assert.equal(languageOf('language: fr', german, undefined), 'fr');
    assert.equal(languageOf('language: fr', undefined, undefined), 'fr');
  });

  it('is chosen by server and channel, and `auto` goes back to the place’s own one', () => {
    const yaml = 'language: fr\nservers: {"1": {language: ja, channels: {"12": {language: auto}}}}\n';
    assert.equal(languageOf(yaml, { ...german, channelIds: ['13'] }, undefined), 'ja');
    assert.equal(languageOf(yaml, german, undefined), 'de');
    assert.equal(languageOf(yaml, german, undefined, new Map([['12', placeSchema.parse({ language: 'pt-BR' })]])), 'pt-BR');
    assert.deepEqual(
      mistakesOf(() => load('language: nl')),
      ['config/paddock.yaml:1:1  language: expected `auto`, `en`, `de`, `fr`, `es`, `ja` or `pt-BR`, got "nl"'],
    );
  });
});

describe('settings over one another', () => {
  it('are the defaults where nobody says anything', () => {
    const { cascade, config } = load('');
    for (const model of [other, undefined]) {
      const settings = cascade.settingsAt(undefined, model);
      assert.deepEqual(settings, {
        personaId: 'helper',
        template: 'auto',
        sampling: config.sampling,
        outputTokensMax: 512,
        stopStrings: [],
        reasoning: 'hide',
        adultPersonas: 'age-restricted',
        trigger: {
          mention: true,
          direct: true,
          ownThreads: true,
          always: false,
          words: [],
          chance: 0,
          chanceCooldownSeconds: 300,
          bots: false,
        },
        reply: { style: 'reply', streaming: true, longAnswers: 'split', linkPreviews: false, buttons: true },
        recall: { mode: 'off', countMax: 3, scoreMin: 0.25, tokensMax: 300, queryMessages: 2, depth: 1 },
        quota: { perUserPerHour: 0, perServerPerHour: 0 },
      });
    }
    assert.equal(cascade.contextTokensFor(other), 4096);
  });

  it('take the preset that is made for the loaded model', () => {
    const { cascade } = load('');
    const settings = cascade.settingsAt(undefined, big);
    assert.equal(settings.preset, 'big');
    assert.equal(settings.template, 'zephyr');
    assert.equal(settings.outputTokensMax, 256);
    assert.deepEqual(settings.stopStrings, ['USER']);
    assert.deepEqual([settings.sampling.temperature, settings.sampling.topK, settings.sampling.topP], [0.7, 50, 0.95]);
    assert.deepEqual(settings.sampling.dry, { strength: 0.8, base: 1.75, allowedLength: 2 });
    assert.equal(cascade.contextTokensFor(big), 32768);
    assert.equal(cascade.presetAt(undefined, big)?.id, 'big');
  });

  it('take no preset where none is wanted, and the chosen one for any model', () => {
    assert.equal(load('preset: none').cascade.settingsAt(undefined, big).preset, undefined);
    assert.equal(load('preset: none').cascade.contextTokensFor(big), 4096);
    const { cascade } = load('preset: big');
    assert.equal(cascade.settingsAt(undefined, other).template, 'zephyr');
    assert.equal(cascade.contextTokensFor(undefined), 32768);
  });

  it('let what is written go over the preset, and a written default too', () => {
    const { cascade } = load(
      'sampling: {temperature: 0.8, dry: {strength: 0}}\nanswer: {tokensMax: 512, stopStrings: [END]}\nengine: {contextTokens: 4096}\ntemplate: vicuna\n',
    );
    const settings = cascade.settingsAt(undefined, big);
    assert.deepEqual([settings.sampling.temperature, settings.sampling.topK, settings.outputTokensMax], [0.8, 50, 512]);
    assert.equal(settings.sampling.dry, undefined);
    assert.deepEqual(settings.stopStrings, ['USER', 'END'], 'the preset’s always stay');
    assert.equal(settings.template, 'vicuna');
    assert.equal(cascade.contextTokensFor(big), 4096);
  });

  const places = `
persona: helper
sampling: { temperature: 0.5, topP: 0.9 }
servers:
  1:
    persona: storyteller
    sampling: { temperature: 0.6, minP: 0.1 }
    channels:
      "12": { sampling: { temperature: 0.9 }, template: chatml }
      "13": { answer: { tokensMax: 99, reasoning: spoiler } }
channels:
  "11": { preset: bot, persona: ember, sampling: { temperature: 0.8 } }
  "12": { sampling: { temperature: 0.1, topK: 7 } }
`;

  it('go from the server over category and channel to the thread', () => {
    const { cascade } = load(places);
    const at = cascade.settingsAt(thread, big);
    assert.equal(at.preset, 'bot');
    assert.equal(at.personaId, 'ember');
    assert.equal(at.template, 'chatml');
    assert.deepEqual(
      [at.sampling.temperature, at.sampling.topK, at.sampling.minP, at.sampling.topP],
      [0.9, 7, 0.1, 0.9],
      'of two entries of a channel the one in its server wins',
    );
    assert.deepEqual([at.outputTokensMax, at.reasoning], [99, 'spoiler']);
    assert.ok(at.layout);
    assert.equal(cascade.settingsAt({ serverId: '1', channelIds: ['99'] }, big).personaId, 'storyteller');
    assert.equal(cascade.settingsAt({ channelIds: ['99'] }, big).sampling.temperature, 0.5);
    assert.equal(cascade.settingsAt({ serverId: 'constructor', channelIds: ['__proto__'] }, big).personaId, 'helper');
  });

  it('let what was set by command go over the file at the same place', () => {
    const { cascade } = load(places);
    const command = (written: object) => placeSchema.parse(written);
    const overrides = new Map([
      ['default', command({ persona: 'everybody', trigger: { always: true } })],
      ['1', command({ sampling: { temperature: 0.2 }, reply: { style: 'plain' } })],
      ['12', command({ template: 'alpaca', reply: { streaming: false } })],
    ]);
    const at = cascade.settingsAt(thread, big, overrides);
    assert.deepEqual([at.template, at.sampling.temperature, at.personaId], ['alpaca', 0.9, 'ember']);
    assert.deepEqual([at.reply.style, at.reply.streaming, at.trigger.always], ['plain', false, true]);
    assert.equal(cascade.settingsAt({ serverId: '9', channelIds: [] }, big, overrides).personaId, 'everybody');
    const source = (name: string) => cascade.explainAt(thread, big, overrides).find((setting) => setting.name === name)?.source;
    assert.deepEqual(['template', 'reply.style', 'trigger.always', 'trigger.words'].map(source), [
      'channel 12, by command',
      'server 1, by command',
      'everywhere, by command',
      'default',
    ]);
  });

  it('put a preset right below the place that chooses it', () => {
    const { cascade } = load(
      'sampling: {temperature: 0.9}\ntemplate: vicuna\nservers: {"1": {preset: bot, sampling: {topK: 3}}}\n',
    );
    const at = cascade.settingsAt(thread, big);
    assert.deepEqual([at.sampling.temperature, at.template, at.sampling.topK], [0.35, 'alpaca', 3]);
    assert.equal(cascade.settingsAt(undefined, big).sampling.temperature, 0.9);
    assert.equal(at.outputTokensMax, 512, 'nothing of the preset that is not chosen here');
  });

  it('let a place go back to auto', () => {
    const { cascade } = load('template: vicuna\nservers: {"1": {template: auto}}\n');
    assert.equal(cascade.settingsAt(thread, big).template, 'zephyr');
    assert.equal(cascade.settingsAt(thread, other).template, 'auto');
  });

  it('use the context of the model’s preset when the chosen one has none', () => {
    assert.equal(load('preset: bot').cascade.contextTokensFor(big), 32768);
    assert.equal(load('preset: bot').cascade.contextTokensFor(other), 4096);
  });

  it('explain where each value comes from', () => {
    const { cascade } = load(places);
    const sources = (...place: Parameters<typeof cascade.explainAt>) =>
      Object.fromEntries(cascade.explainAt(...place).map(({ name, value, source }) => [name, [value, source]]));
    const at = sources(thread, big);
    assert.deepEqual(at['sampling.temperature'], [0.9, 'channel 12']);
    assert.deepEqual(at['sampling.topP'], [0.9, 'configuration']);
    assert.deepEqual(at['sampling.minP'], [0.1, 'server 1']);
    assert.deepEqual(at['sampling.repeatWindow'], [64, 'default']);
    assert.deepEqual(at.persona, ['ember', 'channel 11']);
    assert.deepEqual(at.template, ['chatml', 'channel 12']);
    assert.deepEqual(at.layout, [true, 'preset bot']);
    const plain = sources(undefined, big);
    assert.deepEqual(plain.template, ['zephyr', 'preset big']);
    assert.deepEqual(plain['sampling.dry.strength'], [0.8, 'preset big']);
    assert.deepEqual(plain['answer.stopStrings'], [['USER'], 'preset big']);
    // Every value explained is the value used.
    for (const place of [undefined, thread]) {
      const { sampling, outputTokensMax, personaId, template, stopStrings } = cascade.settingsAt(place, big);
      const explained = sources(place, big);
      assert.deepEqual(
        [
          explained['sampling.temperature']?.[0],
          explained['answer.tokensMax']?.[0],
          explained.persona?.[0],
          explained.template?.[0],
          explained['answer.stopStrings']?.[0],
        ],
        [sampling.temperature, outputTokensMax, personaId, template, stopStrings],
      );
    }
  });
});

describe('places in the configuration', () => {
  it('keep ids of many digits, in quotes or not', () => {
    const { config } = load('servers:\n  1183445566778899001:\n    channels:\n      "1183445566778899003": {persona: ember}\n');
    assert.deepEqual(Object.keys(config.places.servers), ['1183445566778899001']);
    assert.deepEqual(Object.keys(config.places.servers['1183445566778899001']?.channels ?? {}), ['1183445566778899003']);
  });

  it('may be empty', () => {
    assert.deepEqual(load('servers:\nchannels:\n').config.places, { servers: {}, channels: {} });
    assert.equal(load('servers:\n  "1":\n').cascade.settingsAt(thread, big).personaId, 'helper');
  });

  it('are checked like everything else, with their lines', () => {
    const yaml = `servers:
  "1":
    templte: x
    sampling:
      temperature: hot
    channels:
      "2":
        answer: { reasoning: loud }
        engine: {}
  "no id!": {}
channels:
  "3": quiet
  "4": { template: ./gone.jinja }
`;
    assert.deepEqual(
      mistakesOf(() => load(yaml)),
      [
        'config/paddock.yaml:3:5  servers.1.templte: is not known; did you mean template?',
        'config/paddock.yaml:5:7  servers.1.sampling.temperature: expected a number from 0 to 5, got "hot"',
        'config/paddock.yaml:8:19  servers.1.channels.2.answer.reasoning: expected `hide`, `spoiler` or `show`, got "loud"',
        'config/paddock.yaml:9:9  servers.1.channels.2.engine: is not known; here stand preset, persona, template, sampling, answer, language, historyTurnsMax, adultPersonas, trigger, reply, recall, quota',
        'config/paddock.yaml:10:3  servers.no id!: is no name that can stand here: expected the id of a server or channel',
        'config/paddock.yaml:12:3  channels.3: expected a group of indented settings, got "quiet"',
        'config/paddock.yaml:13:10  channels.4.template: there is no file ./gone.jinja',
      ],
    );
    assert.deepEqual(
      mistakesOf(() => load('template: ./my.jinja\nchannels:\n  "4": { template: gone.jinja }\n')),
      [
        'config/paddock.yaml:1:1  template: there is no file ./my.jinja',
        'config/paddock.yaml:3:10  channels.4.template: there is no file gone.jinja',
      ],
    );
  });

  it('name what there is, or it is told what was probably meant', () => {
    const { config } = load(
      'preset: notsu\npersona: helpr\ntemplate: auto\nservers:\n  "1": {preset: auto, template: zephir, channels: {"2": {persona: zzzzzz}}}\nchannels: {"3": {template: native:rag, preset: none}}\n',
    );
    const known = { persona: ['helper', 'ember'], preset: ['notus'], template: ['zephyr', 'alpaca'] };
    assert.deepEqual(
      mistakesOf(() => checkMentions(config.mentions, known)),
      [
        'config/paddock.yaml:2:1  persona: there is no persona "helpr"; did you mean helper?',
        'config/paddock.yaml:1:1  preset: there is no preset "notsu"; did you mean notus?',
        'config/paddock.yaml:5:23  servers.1.template: there is no template "zephir"; did you mean zephyr?',
        'config/paddock.yaml:5:58  servers.1.channels.2.persona: there is no persona "zzzzzz"; there are ember, helper',
      ],
    );
  });

  it('find a Jinja file from the bot’s folder', () => {
    const root = mkdtempSync(join(temporary, 'root-'));
    mkdirSync(join(root, 'config'));
    writeFileSync(join(root, 'my.jinja'), '');
    writeFileSync(join(root, 'config', 'paddock.yaml'), 'template: ./my.jinja\nservers: {"1": {template: my.jinja}}\n');
    const config = loadConfig({ root, env: {} });
    assert.equal(config.template, join(root, 'my.jinja'));
    assert.equal(config.places.servers['1']?.template, join(root, 'my.jinja'));
    checkMentions(config.mentions, { persona: [], preset: [], template: [] });
  });

  it('take every form of a template, and no other', () => {
    for (const template of ['auto', 'alpaca', 'native', 'native:tool_use'])
      assert.equal(load(`template: ${template}`).config.template, template);
    for (const template of ['Alpaca', '"native:"', 'my.txt', '.jinja'])
      assert.match(
        mistakesOf(() => load(`template: ${template}`))[0] ?? '',
        /1:1 {2}template: expected `auto`, the name/,
        template,
      );
  });
});
