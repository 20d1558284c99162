// Long conversations on the real engine, as the bot makes them: memory, prompt, engine, cleaned answer, memory.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine, Usage } from '../../src/core/engine.ts';
import type { Persona } from '../../src/core/persona.ts';
import { type Prompt, promptText } from '../../src/core/prompt.ts';
import { writeLlamaModel } from '../../src/engine/llama/gguf/llama-model.ts';
import { createVocabulary } from '../../src/engine/llama/gguf/vocabulary.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { loadPersonas } from '../../src/persona/load-personas.ts';
import { cleanAnswer } from '../../src/reply/index.ts';
import { openStore } from '../../src/store/store.ts';
import { preparePrompt } from '../../src/turn/prepare.ts';
import { generate } from '../fakes/models.ts';
import { templates } from '../unit/prompt/templates.ts';

const personas = loadPersonas(fileURLToPath(new URL('../../personas', import.meta.url)), { defaultId: 'helper' });

/** A persona that ships. */
export const personaOf = (id: string): Persona => {
  const persona = personas.get(id);
  assert.ok(persona, `no persona ${id}`);
  return persona;
};

/** Whole numbers below a limit that look random and are the same in every run. */
export const numbers = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

/** As small as can be: what is measured here is what is evaluated, not how well. */
const shape = { contextTokens: 8192, width: 32, layers: 1, heads: 2, keyHeads: 1, feedForwardWidth: 32 };

/** ChatML as a model's own template, written so that it trims nothing. */
const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * A model with random weights that says words with a space before each and nothing else, so that
 * its answers have the same tokens when they are read again, as those of a trained model do.
 */
export const wordModel = (folder: string): string => {
  const path = join(folder, 'words.gguf');
  if (existsSync(path)) return path;
  const vocabulary = createVocabulary(['<|im_start|>', '<|im_end|>']);
  const random = numbers(11);
  writeLlamaModel(path, {
    name: 'Words',
    shape,
    vocabulary,
    chatTemplates: { default: chatTemplate },
    weights: (name, size) => {
      const [width = 1] = size;
      const data = new Float32Array(size.reduce((product, length) => product * length, 1));
      if (name.endsWith('_norm.weight')) return data.fill(1);
      for (let index = 0; index < data.length; index++) {
        // A row of zeros scores 0, and of several hundred random rows some always score more.
        const isSilent = name === 'output.weight' && !/^▁[a-z]+$/.test(vocabulary.pieces[Math.floor(index / width)] ?? '');
        data[index] = isSilent ? 0 : ((random(2001) - 1000) * 1.7) / 1000 / Math.sqrt(width);
      }
      return data;
    },
  });
  return path;
};

const words =
  'the of you that was for with his they have this from had words what all when can said each she how their will other about out many then'.split(
    ' ',
  );

/** One answer of a simulated conversation. */
export type SimulatedAnswer = {
  readonly usage: Usage;
  readonly prompt: Prompt;
  readonly text: string;
  readonly answer: string;
  /** Whether its prompt was made anew because something had to give way: turns, or the examples. */
  readonly isAfterDrop: boolean;
  readonly questionCharactersCut: number;
};

export type Simulation = {
  readonly engine: Engine;
  readonly templateId: string;
  readonly persona: Persona;
  readonly humans: readonly string[];
  readonly exchanges: number;
  /** What somebody says instead of a few words, by the number of the exchange. */
  readonly says?: Readonly<Record<number, string>>;
};

const outputTokensMax = 32;

/** Holds a conversation of questions and answers; asserts for each that it fits. */
export const simulate = async ({
  engine,
  templateId,
  persona,
  humans,
  exchanges,
  says = {},
}: Simulation): Promise<readonly SimulatedAnswer[]> => {
  const template = templates.get(templateId);
  assert.ok(template, templateId);
  const { contextTokens } = await engine.start();
  const random = numbers(7);
  const memory = createMemory({ store: await openStore('memory://'), now: () => 0 });
  const conversation = `test:${templateId}-${persona.id}-${humans.length}`;
  const services = {
    memory,
    engine,
    persona: () => persona,
    template: () => template,
    outputTokensMax,
    stopStrings: [],
    now: () => 0,
    random: () => 0.5,
  };
  const answers: SimulatedAnswer[] = [];
  let hadExamples = true;
  for (let exchange = 0; exchange < exchanges; exchange++) {
    const name = humans[exchange < humans.length ? exchange : random(humans.length)] ?? '';
    const sentence = Array.from({ length: 3 + random(9) }, () => words[random(words.length)]).join(' ');
    const { turn } = await memory.append(conversation, {
      role: 'user',
      speaker: { id: `test:${name}`, name },
      text: says[exchange] ?? `${sentence}?`,
      at: exchange,
      messageIds: [`question-${exchange}`],
    });
    const prepared = await preparePrompt(services, conversation, { questionId: turn.id });
    assert.ok(prepared);
    const { composed, settings } = prepared;
    const { promptStartId } = composed;
    if (promptStartId !== settings.promptStartId) await memory.configure(conversation, { promptStartId });
    const { text: raw, end } = await generate(engine, {
      prompt: composed.prompt,
      affinity: conversation,
      outputTokensMax: 2 + random(6),
      stopStrings: prepared.stopStrings,
    });
    assert.equal(end.usage.promptTokens, composed.promptTokens, 'the prompt was counted as the engine reads it');
    assert.ok(end.usage.promptTokens + composed.outputTokensMax <= contextTokens, 'the context is never exceeded');
    assert.equal(composed.outputTokensMax, outputTokensMax);
    const answer = cleanAnswer(raw, { name: persona.name, isComplete: true });
    assert.notEqual(answer, '', 'every question is answered');
    await memory.append(conversation, {
      role: 'assistant',
      speaker: { id: `persona:${persona.id}`, name: persona.name },
      text: answer,
      at: exchange,
      messageIds: [`answer-${exchange}`],
      replyTo: turn.id,
    });
    const hasExamples = !composed.dropped.exampleDialogue;
    answers.push({
      usage: end.usage,
      prompt: composed.prompt,
      text: promptText(composed.prompt),
      answer,
      isAfterDrop: promptStartId !== settings.promptStartId || hasExamples !== hadExamples,
      questionCharactersCut: composed.dropped.questionCharacters,
    });
    hadExamples = hasExamples;
  }
  assert.equal(await memory.count(conversation), exchanges * 2);
  await memory.close();
  await engine.forget(conversation);
  return answers;
};
