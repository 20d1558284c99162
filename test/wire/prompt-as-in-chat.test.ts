// `paddock prompt --persona` against the chat itself: both as processes of their own.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { shownText } from '../../src/core/conversation.ts';
import { randomModel, temporaryFolder } from '../fakes/models.ts';
import { createProcesses, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
after(async () => {
  await processes.end();
  folder.remove();
});

const model = randomModel(folder.path);
const configOf = (name: string, lines = ''): string => {
  const path = join(folder.path, `${name}.yaml`);
  const engine = 'engine: { gpuLayers: 0, threads: 1, contextTokens: 12000 }';
  writeFileSync(path, `${engine}\nanswer: { tokensMax: 4 }\nsampling: { temperature: 0 }\n${lines}`);
  return path;
};

const prompt = async (messages: readonly object[], data: string, ...words: string[]): Promise<string> => {
  const all = ['prompt', '--conversation', '-', '--data', data, '--model', model, ...words];
  const { out, errors, code } = await processes.run(JSON.stringify(messages), all);
  assert.equal(code, 0, errors);
  return out;
};

const question = { role: 'user', name: 'Ada', content: 'Who saw the marrow last, and was Brindle near it?' };

describe('paddock prompt --persona', () => {
  it('is the prompt of a chat to the token, with its lore', async () => {
    const data = join(folder.path, 'dilys');
    const same = ['--persona', 'dilys', '--template', 'chatml', '--config', configOf('dilys')];
    const chat = await processes.run(`Good morning!\n${question.content}\n/prompt\n`, [
      'start',
      ...same,
      '--data',
      data,
      '--model',
      model,
    ]);
    const turns = await turnsIn(data);
    const messages = turns.map((turn) => ({ role: turn.role, name: turn.speaker.name, content: shownText(turn) }));
    const asked = messages.findLastIndex(({ role }) => role === 'user');
    const { explanation, turnsLeftOut } = JSON.parse(
      await prompt(messages.slice(0, asked + 1), data, ...same, '--explain', '--json'),
    );
    const lore = explanation.parts.filter(({ source }: { source: string }) => source.startsWith('lore'));
    assert.ok(lore.length >= 2, 'marrow and Brindle have entries');
    const [, tokens] = /The prompt for the last message here has (\d+) tokens/.exec(chat.out) ?? [];
    assert.equal(explanation.promptTokens, Number(tokens), chat.errors);
    assert.equal(turnsLeftOut, 0);
    // The chat shows so many of the parts as go into one message.
    const listed = [...chat.out.matchAll(/^- (\d+) tokens?: ([^:]+): /gm)]
      .slice(0, 5)
      .map(([, count, source]) => `${count} ${source}`);
    assert.equal(listed.length, 5);
    const parts = explanation.parts.map(({ tokens, source }: { tokens: number; source: string }) => `${tokens} ${source}`);
    for (const part of listed) assert.ok(parts.includes(part), part);
  });

  it('says what macros stand for, the same every time', async () => {
    const data = join(folder.path, 'macros');
    mkdirSync(join(data, 'personas'), { recursive: true });
    writeFileSync(
      join(data, 'personas', 'clock.yaml'),
      'name: Clock\ndescription: "Time {{time}} {{isodate}}, {{pick::a::b}}, {{random::a::b}}, {{roll:2d6}}, {{idle_duration}}, {{lastUserMessage}}"\n',
    );
    const same = ['--persona', 'clock', '--template', 'chatml', '--config', configOf('macros')];
    const first = await prompt([question], data, ...same);
    assert.match(
      first,
      /^Time 12:00 PM 2025-01-01, [ab], [ab], (?:[2-9]|1[0-2]), a few seconds, Who saw the marrow last, and was Brindle near it\?<\|im_end\|>$/m,
    );
    assert.equal(await prompt([question], data, ...same), first);
  });

  it('heeds historyTurnsMax, and says how many turns that leaves out', async () => {
    const config = configOf('history', 'historyTurnsMax: 5\n');
    const data = join(folder.path, 'history');
    const said = Array.from({ length: 10 }, (_, index) => [
      { role: 'user', name: 'Ada', content: `Question ${index}?` },
      { role: 'assistant', content: `Answer ${index}.` },
    ]).flat();
    const same = ['--persona', 'helper', '--template', 'chatml', '--config', config];
    const out = await prompt([...said, question], data, ...same, '--explain');
    const shown = [...out.matchAll(/kept +turn of /g)].length;
    assert.ok(shown > 0 && shown <= 5, out);
    assert.match(out, new RegExp(`^The oldest ${said.length - shown} turns are not listed: .*historyTurnsMax`, 'm'));
    assert.ok(!out.includes('Question 0?'));
  });

  it('goes on after an answer that is the last word', async () => {
    const data = join(folder.path, 'last');
    const messages = [{ role: 'system', content: 'Be {{kind}}.' }, question, { role: 'assistant', content: 'The rain did.' }];
    const out = await prompt(messages, data, '--persona', 'helper', '--template', 'chatml', '--config', configOf('last'));
    assert.match(out, /Be \{\{kind\}\}\./, 'the note of a file is no text with macros');
    assert.match(
      out,
      /Brindle near it\?<\|im_end\|>\n<\|im_start\|>assistant\n.*The rain did\.<\|im_end\|>\n<\|im_start\|>assistant\n/,
    );
    const empty = await prompt([], data, '--persona', 'helper', '--template', 'chatml', '--config', configOf('last'));
    assert.match(empty, /<\|im_start\|>assistant\n/);
  });
});
