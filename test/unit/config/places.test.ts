// Servers and channels with settings of their own in the configuration, and what is said of mistakes there.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { checkMentions } from '../../../src/config/mentions.ts';
import { big, load, mistakesOf, temporary, thread } from './cascade-kit.ts';

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
        'config/paddock.yaml:9:9  servers.1.channels.2.engine: is not known; here stand preset, persona, template, sampling, answer, language, timeZone, historyTurnsMax, adultPersonas, personaChoice, trigger, reply, recall, quota',
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
