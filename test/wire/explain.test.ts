// `paddock prompt --explain` as people call it: a process of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { randomModel, temporaryFolder } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const model = randomModel(folder.path);

/** Only what a program needs, so that no setting of this machine changes a test. */
const environment = { PATH: process.env.PATH, HOME: folder.path, DISCORD_TOKEN: '' };

const explain = async (messages: readonly object[], ...words: string[]) => {
  const options = ['prompt', '--explain', '--conversation', '-', '--data', folder.path, '--model', model, ...words];
  const child = spawn(process.execPath, [main, ...options], { env: environment, stdio: 'pipe' });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (errors += data));
  child.stdin.end(JSON.stringify(messages));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, errors);
  return out;
};

/** The table's rows: tokens, state, and the rest of the line. */
const rowsOf = (out: string) =>
  [...out.matchAll(/^ *(-?\d+|-) {2}(kept|cut|dropped) +(.*)$/gm)].map(([, tokens, state, rest = '']) => ({
    tokens: Number(tokens),
    state,
    rest,
  }));

const conversation = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', name: 'Ada', content: 'Is this </s> control?\nAnd \u001b[31mthis?' },
  { role: 'assistant', content: 'No.' },
  { role: 'user', name: 'Bo', content: 'Good.' },
];

describe('paddock prompt --explain', () => {
  it('lists what a persona, the conversation and the template bring, and the tokens add up', async () => {
    const out = await explain(conversation, '--persona', 'ember', '--template', 'alpaca');
    const rows = rowsOf(out);
    assert.deepEqual(
      rows.map(({ state, rest }) => `${state} ${rest.split('  ')[0]}`),
      [
        'kept system prompt',
        'kept lore “The house tonight”',
        'kept description',
        'kept personality',
        'kept scenario',
        'kept conversation note',
        'kept example dialogue',
        'kept turn of Ada',
        'kept turn of Ember',
        'kept question of Bo',
        'kept opening',
        'kept markup, names, borders',
      ],
    );
    const [, whole] = /^ *(\d+) +the whole prompt$/m.exec(out) ?? [];
    assert.equal(
      rows.reduce((sum, { tokens }) => sum + tokens, 0),
      Number(whole),
    );
    assert.match(out, /^Model +Random weights$/m);
    assert.match(out, /^Template +alpaca: .*--template/m);
    assert.match(
      out,
      new RegExp(`^Context +\\d+ tokens: ${whole} of the prompt, \\d+ kept free for the answer, \\d+ unused$`, 'm'),
    );
    assert.match(out, new RegExp(`^Beginning +the first \\d+ of ${whole} tokens are the same`, 'm'));
    assert.match(out, /^Stops .*"### Instruction:" .*"\\nEmber:" +"\\nAda:" +"\\nBo:"/m);
    assert.ok(!out.includes('\u001b'), 'nothing in the listing acts on a terminal');
  });

  it('says what gave way and why', async () => {
    const long = Array.from({ length: 400 }, (_, index) => [
      { role: 'user', content: `Here is number ${index}, with some words more.` },
      { role: 'assistant', content: `And an answer to ${index}.` },
    ]).flat();
    const out = await explain([...long, { role: 'user', content: 'And now?' }], '--persona', 'ember', '--template', 'zephyr');
    const dropped = rowsOf(out).filter(({ state }) => state === 'dropped');
    assert.match(dropped[0]?.rest ?? '', /^example dialogue/);
    assert.match(dropped[1]?.rest ?? '', /^turn of User +Here is number 0,/);
    assert.match(out, /^1 part dropped: the context is full, and examples are the first to give way\.$/m);
    assert.match(out, new RegExp(`^${dropped.length - 1} parts dropped: the context is full: the oldest turns go`, 'm'));
    assert.match(out, /^ *\d+ +kept +question of User +And now\?$/m);
  });

  it('says that a question was cut', async () => {
    const out = await explain([{ role: 'user', content: 'word '.repeat(20_000) }], '--persona', 'helper', '--template', 'chatml');
    assert.match(out, /^ *\d+ +cut +question of User +word word/m);
    assert.match(out, /^1 part cut: longer than the room that is left for it: \d+ characters were taken out of the middle\.$/m);
  });

  it('explains the messages alone, and why a template was chosen', async () => {
    const out = await explain(conversation);
    assert.match(out, /^Template +native: the model's own chat template, chosen because the model brings one$/m);
    const sources = ['system message', 'message of Ada', 'answer', 'message of Bo', 'markup, names, borders'];
    assert.deepEqual(
      rowsOf(out).map(({ rest }) => rest.split('  ')[0]),
      sources,
    );
  });

  it('gives the same as data', async () => {
    const out = await explain(conversation, '--persona', 'ember', '--template', 'alpaca', '--json');
    const { explanation, tokens, stopStrings, templateOrigin } = JSON.parse(out);
    assert.equal(explanation.promptTokens, tokens.length);
    assert.deepEqual(explanation.stopStrings, stopStrings);
    assert.match(templateOrigin, /--template/);
    let sum = explanation.otherTokens;
    for (const part of explanation.parts) sum += part.tokens;
    assert.equal(sum, tokens.length);
    const question = explanation.parts.find((part: { source: string }) => part.source === 'question of Bo');
    const piece = { kind: 'question', of: 'Bo' };
    assert.deepEqual(question, { source: 'question of Bo', piece, state: 'kept', text: 'Good.', tokens: question.tokens });
    assert.ok(explanation.commonTokens > 0 && explanation.commonTokens < tokens.length);
  });
});
