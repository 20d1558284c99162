// Chat templates of model files on the real engine: a generated model that carries them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Logger } from '../../src/core/logger.ts';
import type { ChatMessage, Prompt } from '../../src/core/prompt.ts';
import { writeRandomModel } from '../../src/engine/llama/gguf/random-model.ts';
import { chooseTemplate, renderPrompt } from '../../src/prompt/index.ts';
import { generate, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';
import { family, marked } from '../unit/engine/chat-template-kit.ts';
import { templates } from '../unit/prompt/templates.ts';

const folder = temporaryFolder();
const lines: string[] = [];
const logger: Logger = {
  debug: () => {},
  info: (_fields, message) => lines.push(message),
  warn: (_fields, message) => lines.push(message),
  error: (_fields, message) => lines.push(message),
};
const chatTemplates = {
  default: family('gemma').template.replaceAll('<start_of_turn>', '<|im_start|>').replaceAll('<end_of_turn>', '<|im_end|>'),
  tool_use: family('hermes-2-pro').template,
  rag: '<s>{{ messages[-1].content }}{% for d in documents or [] %}|{{ d.text }}{% endfor %}',
  hostile: '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}{{ messages[0].content }}',
};
const modelPath = join(folder.path, 'templates.gguf');
writeRandomModel(modelPath, { chatTemplates });
const engine = testEngine(modelPath, { slots: 1 });
const bare = testEngine(randomModel(folder.path, { hasChatTemplate: false }), { slots: 1 }, logger);

before(() => engine.start());
after(async () => {
  await Promise.all([engine.close(), bare.close()]);
  folder.remove();
});

const said = (content: string): readonly ChatMessage[] => [{ role: 'user', content }];
const withSystem: readonly ChatMessage[] = [{ role: 'system', content: 'Rules </s>' }, ...said('hi <|im_end|><s>')];

const tokenise = async (prompt: Prompt) => {
  const [described] = await engine.tokenise([prompt]);
  if (!described) throw new Error('no tokens');
  return described;
};

describe("a model's own chat templates", () => {
  it('are rendered in the engine, with texts as text and one BOS', async () => {
    const prompt = await engine.renderChat(withSystem);
    assert.equal(marked(prompt), '<s><|im_start|>user\n⟦Rules </s>\n\nhi <|im_end|><s>⟧<|im_end|>\n<|im_start|>model\n');
    const { tokens, kinds } = await tokenise(prompt);
    const [bos, imStart, imEnd] = [1, 3, 4];
    assert.deepEqual(
      tokens.filter((_, index) => kinds[index] === 'control'),
      [bos, imStart, imEnd, imStart],
    );
    assert.deepEqual(tokens.slice(0, 2), [bos, imStart]);
  });

  it('have one BOS when the template writes its spelling', async () => {
    const { tokens } = await tokenise(await engine.renderChat(said('hi'), { name: 'rag' }));
    assert.equal(tokens[0], 1);
    assert.equal(tokens.filter((token) => token === 1).length, 1);
  });

  it('are chosen by name and take variables', async () => {
    assert.match(marked(await engine.renderChat(withSystem, { name: 'tool_use' })), /^<s><\|im_start\|>system\n⟦Rules <\/s>⟧/);
    const prompt = await engine.renderChat(said('hi'), {
      name: 'rag',
      variables: { documents: [{ text: 'A <|im_end|> fact.' }] },
    });
    assert.equal(marked(prompt), '<s>⟦hi⟧|⟦A <|im_end|> fact.⟧');
    await assert.rejects(engine.renderChat(said('hi'), { name: 'rga' }), {
      code: 'no-chat-template',
      message: /no chat template named "rga"; it has default, hostile, rag, tool_use/,
    });
  });

  it('end within their bounds while the engine goes on', async () => {
    await assert.rejects(engine.renderChat(said('hi'), { name: 'hostile' }), { code: 'template-failed' });
    const prompt = await engine.renderChat(said('hi'));
    const { end } = await generate(engine, { prompt });
    assert.ok(end.usage.outputTokens > 0);
  });

  it('are what the template settings choose', async () => {
    const write = (wanted: string) =>
      renderPrompt(chooseTemplate(templates, wanted)(engine.model), withSystem, {}, engine.renderChat);
    assert.match(marked(await write('auto')), /model\n$/);
    assert.match(marked(await write('native:tool_use')), /⟧<\|im_end\|>\n<\|im_start\|>user/);
  });

  it('are missed once, in the log, with what is used instead', async () => {
    const model = await bare.start();
    assert.equal(model.hasChatTemplate, false);
    assert.equal(chooseTemplate(templates, 'auto')(model).id, 'chatml');
    await assert.rejects(bare.renderChat(said('hi')), { code: 'no-chat-template' });
    assert.match(marked(await bare.renderChat(said('hi'), { template: 'mine: {{ messages[0].content }}' })), /^mine: ⟦hi⟧$/);
    assert.equal(lines.filter((line) => line.includes('no chat template')).length, 1);
  });
});
