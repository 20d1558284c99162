import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import { chooseTemplate } from '../../../src/prompt/choose-template.ts';
import { templates } from './templates.ts';

describe('the template of a model', () => {
  test('auto takes the model’s own where it has one, else one with forms', () => {
    const choose = chooseTemplate(templates, 'auto');
    assert.equal(choose({ hasChatTemplate: true }).kind, 'native');
    assert.equal(choose({ hasChatTemplate: false }).id, 'chatml');
    assert.equal(choose(undefined).kind, 'native');
  });

  test('native for a model that has no chat template is asked as with auto, but not a Jinja file or a named one', () => {
    const choose = chooseTemplate(templates, 'native');
    assert.equal(choose({ hasChatTemplate: false }).id, 'chatml');
    assert.equal(choose({ hasChatTemplate: true }).id, 'native');
    assert.equal(choose(undefined).id, 'native');
    assert.equal(chooseTemplate(templates, 'native:rag')({ hasChatTemplate: false }).kind, 'native');
  });

  test('a named one is for every model; an unknown one is told at once', () => {
    assert.equal(chooseTemplate(templates, 'vicuna')({ hasChatTemplate: true }).id, 'vicuna');
    assert.throws(
      () => chooseTemplate(templates, 'alpacca'),
      (error) =>
        error instanceof PaddockError &&
        error.code === 'configuration-invalid' &&
        /no "alpacca"; choose auto, alpaca, /.test(error.message),
    );
    assert.throws(() => chooseTemplate(new Map(), 'auto'), /automatic: true/);
  });
});
