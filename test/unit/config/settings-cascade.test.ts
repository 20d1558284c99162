import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeSchema } from '../../../src/config/setting-names.ts';
import { createSettingsCascade } from '../../../src/config/settings-cascade.ts';
import { big, load, mistakesOf, other, thread } from './cascade-kit.ts';

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

describe('the time zone of macros', () => {
  const zoneOf = (yaml: string, place?: Parameters<ReturnType<typeof load>['cascade']['settingsAt']>[0]) =>
    load(yaml).cascade.settingsAt(place, undefined).timeZone;
  it('is the machine’s where none is set, else that of the server or everywhere', () => {
    assert.equal(zoneOf(''), undefined);
    assert.equal(zoneOf('timeZone: auto'), undefined);
    const yaml = 'timeZone: Europe/Vienna\nservers: {"1": {timeZone: Asia/Tokyo}}\n';
    assert.deepEqual([zoneOf(yaml), zoneOf(yaml, { serverId: '1', channelIds: [] })], ['Europe/Vienna', 'Asia/Tokyo']);
    assert.equal(zoneOf(yaml.replace('Asia/Tokyo', 'auto'), { serverId: '1', channelIds: [] }), undefined);
  });
  it('has a name that is known', () => {
    for (const wrong of ['Europe/Atlantis', '+02:00', '2', 'x'.repeat(200)])
      assert.match(mistakesOf(() => load(`timeZone: "${wrong}"`))[0] ?? '', /timeZone: expected `auto` or the IANA name/);
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
        personaChoice: 'everyone',
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
        reply: { style: 'reply', voice: 'bot', streaming: true, longAnswers: 'split', linkPreviews: false, buttons: true },
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

  it('are found once for a place as long as nothing changes, and anew when something does', () => {
    const { config, presets } = load(places);
    const all = new Map(presets);
    const cascade = createSettingsCascade(config, all);
    const once = cascade.settingsAt(thread, big);
    assert.equal(cascade.settingsAt(thread, big), once);
    assert.equal(cascade.settingsAt(thread, big, new Map()), once);
    const set = new Map([['11', placeSchema.parse({ persona: 'sage' })]]);
    const changed = cascade.settingsAt(thread, big, set);
    assert.deepEqual([once.personaId, changed.personaId], ['ember', 'sage']);
    assert.equal(cascade.settingsAt(thread, big, new Map(set)), changed);
    assert.deepEqual(cascade.settingsAt(thread, big), once);
    assert.equal(cascade.settingsAt({ ...thread }, other, set).personaId, 'sage');
    const bot = all.get('bot') ?? assert.fail('no preset');
    all.set('bot', { ...bot, answer: { ...bot.answer, stopStrings: ['NEW'] } });
    assert.ok(cascade.settingsAt(thread, big).stopStrings.includes('NEW'));
    all.clear();
    assert.ok(!cascade.settingsAt(thread, big).stopStrings.includes('NEW'));
  });
});
